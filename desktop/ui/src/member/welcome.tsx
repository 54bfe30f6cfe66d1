/** The first of three steps: a new key, or the one of the words that somebody has. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { Step } from './before.tsx';
import { Invited } from './invited.tsx';
import { PassphraseFields, typedPassphrase } from './passphrase.tsx';
import { ERASED, makeKey } from './stage.ts';
import { m } from './words.ts';

/** Where the page begins for whom its words are to bring back. */
export const WITH_WORDS = '#/words';

export function Welcome() {
  const { isBusy, trouble, run } = useTask();
  const isNew = useSignal(location.hash !== WITH_WORDS);
  const isProtected = useSignal(false);
  const wasErased = useSignal(sessionStorage.getItem(ERASED) !== null);
  useEffect(() => sessionStorage.removeItem(ERASED), []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      const { passphrase, differ } = typedPassphrase(form);
      if (differ) trouble.value = t('passphrasesDiffer');
      else await makeKey(isNew.value ? null : typedIn(form, 'words'), passphrase);
    });
  };
  return (
    <>
      <Step number={1} />
      <Title>{m('welcomeTitle')}</Title>
      <div role="status">{wasErased.value && <p class="good">{m('erased')}</p>}</div>
      <Invited />
      <p>{m('welcomeWhat')}</p>
      <form class="card" onSubmit={submit}>
        <fieldset class="choice">
          <legend>{m('haveWords')}</legend>
          {([true, false] as const).map((one) => (
            <label key={String(one)}>
              <input type="radio" name="new" checked={isNew.value === one} onChange={() => (isNew.value = one)} />
              <span>{m(one ? 'amNew' : 'amKnown')}</span>
            </label>
          ))}
        </fieldset>
        {!isNew.value && (
          <>
            <p class="field">
              <label for="words">{m('typeWords')}</label>
              <textarea id="words" name="words" rows={6} dir="ltr" autoComplete="off" spellcheck={false} required />
            </p>
            <p class="hint">{m('wordsBring')}</p>
          </>
        )}
        <p>
          <label class="check">
            <input
              type="checkbox"
              checked={isProtected.value}
              onChange={(event) => (isProtected.value = event.currentTarget.checked)}
            />
            <span>{m('protect')}</span>
          </label>
        </p>
        {isProtected.value && <PassphraseFields />}
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'making' : 'next')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </>
  );
}
