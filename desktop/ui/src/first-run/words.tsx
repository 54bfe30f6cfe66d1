/** The words of a new identity, until they are on paper. */
import { type Signal, useSignal } from '@preact/signals';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, typedIn } from '../parts.tsx';

/** Of which words it is asked whether they were written down. */
const ASKED = [3, 11, 20];

/** The words, and three of them typed from the paper. */
export function YourWords({
  words,
  isWritten,
}: {
  readonly words: readonly string[];
  readonly isWritten: Signal<boolean>;
}) {
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
