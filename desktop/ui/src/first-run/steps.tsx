/** Who you are, your words, and your node: what comes before the first person and the first payment. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { LanguageChoice } from '../language-choice.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { type Course, step } from './api.ts';

/** The whole page. */
export function FirstRun() {
  const { trouble, run } = useTask();
  const course = useSignal<Course | null>(null);
  useEffect(() => {
    document.title = t('titleOf', { screen: t('welcome') });
  });
  useEffect(() => {
    void run(async () => {
      course.value = await step('state', {});
    });
  }, []);
  return (
    <>
      <header>
        <span class="brand">GEO</span>
      </header>
      <main id="content" tabIndex={-1}>
        {trouble.value !== null && (
          <>
            <Title>{t('signedOutTitle')}</Title>
            <p>{t('firstRunClosed')}</p>
            <Trouble text={trouble.value} />
          </>
        )}
        {course.value !== null && <Step course={course} state={course.value} />}
      </main>
      <footer>
        <LanguageChoice />
      </footer>
    </>
  );
}

function Step({ course, state }: { readonly course: Signal<Course | null>; readonly state: Course }) {
  const isWritten = useSignal(false);
  const { identity } = state;
  if (identity === null) return <WhoYouAre course={course} state={state} />;
  if (identity.words !== null && !isWritten.value) {
    return <YourWords words={identity.words.split(' ')} isWritten={isWritten} />;
  }
  return <YourNode state={state} pid={identity.pid} />;
}

/** What was typed, with the spaces around it. */
function exactlyTyped(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : '';
}

/** New, or somebody whose words exist. */
function WhoYouAre({ course, state }: { readonly course: Signal<Course | null>; readonly state: Course }) {
  const { isBusy, trouble, run } = useTask();
  const isKnown = useSignal(false);
  const isEncrypted = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      const passphrase = isEncrypted.value ? exactlyTyped(form, 'passphrase') : null;
      const again = exactlyTyped(form, 'again');
      if (passphrase !== null && passphrase !== again) {
        trouble.value = t('passphrasesDiffer');
        return;
      }
      const words = isKnown.value ? typedIn(form, 'words') : null;
      course.value = await step('identity', { name: typedIn(form, 'name'), words, passphrase });
    });
  };
  return (
    <>
      <Title>{t('welcome')}</Title>
      <p>{t('welcomeWhat')}</p>
      <form class="card" onSubmit={submit}>
        <fieldset class="choice">
          <legend>{t('haveWords')}</legend>
          <Choice name="known" label={t('amNew')} isChosen={!isKnown.value} choose={() => (isKnown.value = false)} />
          <Choice name="known" label={t('amKnown')} isChosen={isKnown.value} choose={() => (isKnown.value = true)} />
        </fieldset>
        {isKnown.value && (
          <>
            <p class="field">
              <label for="words">{t('typeWords')}</label>
              <textarea id="words" name="words" rows={4} dir="ltr" autoComplete="off" spellcheck={false} required />
            </p>
            <p class="hint">{t('wordsBringBack')}</p>
          </>
        )}
        {state.name === null && <Field label={t('yourName')} name="name" hint={t('yourNameHint')} />}
        <p>
          <label class="check">
            <input
              type="checkbox"
              checked={isEncrypted.value}
              onChange={(event) => {
                isEncrypted.value = event.currentTarget.checked;
              }}
            />{' '}
            {t('encrypt')}
          </label>
        </p>
        {isEncrypted.value && <Passphrase least={state.leastPassphrase} />}
        <p class="hint">{t('keptIn', { folder: state.folder })}</p>
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'making' : 'next')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </>
  );
}

function Choice({
  name,
  label,
  isChosen,
  choose,
}: {
  readonly name: string;
  readonly label: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
}) {
  return (
    <label>
      <input type="radio" name={name} checked={isChosen} onChange={choose} /> {label}
    </label>
  );
}

function Passphrase({ least }: { readonly least: number }) {
  return (
    <>
      {(['passphrase', 'again'] as const).map((name) => (
        <p class="field" key={name}>
          <label for={name}>{t(name === 'again' ? 'passphraseAgain' : 'passphrase')}</label>
          <input id={name} name={name} type="password" autoComplete="new-password" minLength={least} required />
        </p>
      ))}
      <p class="hint">{t('passphraseHint', { least: String(least) })}</p>
    </>
  );
}

/** Of which words it is asked whether they were written down. */
const ASKED = [3, 11, 20];

/** The words, and three of them typed from the paper. */
function YourWords({ words, isWritten }: { readonly words: readonly string[]; readonly isWritten: Signal<boolean> }) {
  const isAsking = useSignal(false);
  const wrong = useSignal<string | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const miss = ASKED.find((at) => typedIn(form, `word${at}`).toLowerCase() !== words[at - 1]);
    wrong.value = miss === undefined ? null : t('wordWrong', { number: String(miss) });
    isWritten.value = miss === undefined;
  };
  return (
    <>
      <Title key={String(isAsking.value)}>{t(isAsking.value ? 'wordsCheck' : 'wordsTitle')}</Title>
      {!isAsking.value && (
        <section class="card">
          <p>{t('wordsWhat')}</p>
          <ol class="words" translate={false}>
            {words.map((word, at) => (
              <li key={at} lang="en">
                {word}
              </li>
            ))}
          </ol>
          <p>{t('wordsBringBack')}</p>
          <button type="button" onClick={() => (isAsking.value = true)}>
            {t('wordsWritten')}
          </button>
        </section>
      )}
      {isAsking.value && (
        <form class="card" onSubmit={submit}>
          <p>{t('wordsCheckWhat')}</p>
          {ASKED.map((at) => (
            <Field key={at} label={t('wordNumber', { number: String(at) })} name={`word${at}`} required />
          ))}
          <p class="actions">
            <button type="submit">{t('next')}</button>
            <button type="button" class="quiet" onClick={() => (isAsking.value = false)}>
              {t('wordsAgain')}
            </button>
          </p>
          {wrong.value !== null && <Trouble text={wrong.value} />}
        </form>
      )}
    </>
  );
}

/** Starts the node, and goes to its page. */
function YourNode({ state, pid }: { readonly state: Course; readonly pid: string }) {
  const { isBusy, trouble, run } = useTask();
  const begin = (): void => {
    void run(async () => {
      const { link } = await step('start', {});
      location.replace(link);
    });
  };
  return (
    <>
      <Title>{t('nodeTitle')}</Title>
      <section class="card">
        <p>{t(state.identity?.words === null ? 'nodeBack' : 'nodeWhat')}</p>
        <p class="hint">
          {t('yourPid')} <bdi class="pid">{pid}</bdi>
        </p>
        <button type="button" disabled={isBusy.value} onClick={begin}>
          {t(isBusy.value ? 'nodeStarting' : 'nodeStart')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </section>
    </>
  );
}
