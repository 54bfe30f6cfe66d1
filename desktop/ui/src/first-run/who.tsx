/** New, or somebody whose words exist; with a name, and with a passphrase where one is wanted. */
import { type Signal, useSignal } from '@preact/signals';
import { FileButton } from '../file-button.tsx';
import { base64OfFile } from '../files.ts';
import { harmless } from '../format.ts';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import type { Course, Maker } from './maker.ts';

/** What somebody has who begins here. */
const HAVING = ['nothing', 'words', 'file'] as const;
type Having = (typeof HAVING)[number];
const HAVING_KEYS = { nothing: 'amNew', words: 'amKnown', file: 'amKnownFile' } as const;

const BYTES_OF_MB = 1_048_576;

export function WhoYouAre({
  maker,
  course,
  state,
}: {
  readonly maker: Maker;
  readonly course: Signal<Course | null>;
  readonly state: Course;
}) {
  const { isBusy, trouble, run } = useTask();
  const having = useSignal<Having>('nothing');
  const file = useSignal<File | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      const chosen = having.value === 'file' ? file.value : null;
      const flaw = flawOf(form, having.value, chosen, state);
      if (flaw !== null) {
        trouble.value = flaw;
        return;
      }
      course.value = await maker.make({
        name: typedIn(form, 'name'),
        words: having.value === 'nothing' ? null : typedIn(form, 'words'),
        backup: chosen === null ? null : await base64OfFile(chosen),
        passphrase: exactlyTyped(form, 'passphrase'),
      });
    });
  };
  return (
    <>
      <Title>{t('welcome')}</Title>
      <p>{t('welcomeWhat')}</p>
      <form class="card" onSubmit={submit}>
        <fieldset class="choice">
          <legend>{t('haveWords')}</legend>
          {HAVING.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="having"
                checked={having.value === one}
                onChange={() => {
                  having.value = one;
                }}
              />
              <span>{t(HAVING_KEYS[one])}</span>
            </label>
          ))}
        </fieldset>
        {having.value !== 'nothing' && <Words isAlone={having.value === 'words'} />}
        {having.value === 'file' && <BackupFile file={file} />}
        {state.name === null && (
          <Field
            label={t('yourName')}
            name="name"
            hint={t(having.value === 'file' ? 'yourNameInFile' : 'yourNameHint')}
          />
        )}
        <Passphrase state={state} />
        <p class="hint">{t('keptIn', { folder: state.folder })}</p>
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'making' : 'next')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </>
  );
}

/** What is wrong before anything is sent; null: nothing. */
function flawOf(form: HTMLFormElement, having: Having, file: File | null, state: Course): string | null {
  if (having === 'file' && file === null) return t('backupMissing');
  if (file !== null && file.size > state.mostBackupBytes) {
    return t('backupTooLarge', { limit: String(state.mostBackupBytes / BYTES_OF_MB) });
  }
  return exactlyTyped(form, 'passphrase') === exactlyTyped(form, 'again') ? null : t('passphrasesDiffer');
}

/** What was typed, with the spaces around it; null: the field is not there. */
function exactlyTyped(form: HTMLFormElement, name: string): string | null {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : null;
}

function Words({ isAlone }: { readonly isAlone: boolean }) {
  return (
    <>
      <p class="field">
        <label for="words">{t('typeWords')}</label>
        <textarea id="words" name="words" rows={6} dir="ltr" autoComplete="off" spellcheck={false} required />
      </p>
      <p class="hint">{t(isAlone ? 'wordsAlone' : 'wordsAndFile')}</p>
    </>
  );
}

function BackupFile({ file }: { readonly file: Signal<File | null> }) {
  return (
    <p class="actions">
      <FileButton
        label={t(file.value === null ? 'chooseBackup' : 'chooseOtherBackup')}
        onFile={(chosen) => {
          file.value = chosen;
        }}
      />
      <span role="status">{file.value !== null && <bdi>{harmless(file.value.name)}</bdi>}</span>
    </p>
  );
}

const PASSPHRASE_HINTS = { may: 'passphraseHint', kept: 'passphraseOwnHint', must: 'passphraseMust' } as const;

/** Typed twice; where the key is safe enough for some without one, only if somebody wants to. */
function Passphrase({ state: { passphrase, leastPassphrase } }: { readonly state: Course }) {
  const isWanted = useSignal(passphrase === 'must');
  return (
    <>
      {passphrase !== 'must' && (
        <p>
          <label class="check">
            <input
              type="checkbox"
              checked={isWanted.value}
              onChange={(event) => {
                isWanted.value = event.currentTarget.checked;
              }}
            />
            <span>{t(passphrase === 'may' ? 'encrypt' : 'ownPassphrase')}</span>
          </label>
        </p>
      )}
      {passphrase === 'kept' && !isWanted.value && <p class="hint">{t('passphraseKept')}</p>}
      {isWanted.value && (
        <>
          {(['passphrase', 'again'] as const).map((name) => (
            <p class="field" key={name}>
              <label for={name}>{t(name === 'again' ? 'passphraseAgain' : 'passphrase')}</label>
              <input
                id={name}
                name={name}
                type="password"
                autoComplete="new-password"
                minLength={leastPassphrase}
                required
              />
            </p>
          ))}
          <p class="hint">{t(PASSPHRASE_HINTS[passphrase], { least: String(leastPassphrase) })}</p>
        </>
      )}
    </>
  );
}
