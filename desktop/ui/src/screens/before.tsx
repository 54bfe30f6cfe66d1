/** What comes before the screens in the desktop program: the first start, the passphrase, and a node that does not run. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { GeoBridge, NoKeychain, Situation } from '../../../preload/bridge.ts';
import { t } from '../i18n.tsx';
import { Field, Time, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { freshWords, resultOf } from '../program.ts';

interface Props {
  readonly program: GeoBridge;
}

/** The one thing to do now. */
export function BeforeScreen({ program, now }: Props & { readonly now: Situation | null }) {
  if (freshWords.value !== null) return <FreshWords words={freshWords.value} />;
  if (now === null) return <Starting />;
  switch (now.state) {
    case 'no-identity':
      return <FirstStart program={program} keychain={now.keychain} />;
    case 'locked':
      return <Locked program={program} {...now} />;
    case 'waiting':
    case 'stopped':
    case 'failed':
      return <NotRunning program={program} now={now} key={now.state} />;
    case 'starting':
    case 'running':
      return <Starting />;
  }
}

function Starting() {
  return <p role="status">{t('nodeIsStarting')}</p>;
}

function FirstStart({ program, keychain }: Props & { readonly keychain: NoKeychain | null }) {
  const { isBusy, trouble, run } = useTask();
  const create = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const passphrase = passphraseIn(form);
    void run(async () => {
      const made = await resultOf<{ words: string }>(
        program.createIdentity({ name: typedIn(form, 'name'), passphrase }),
      );
      freshWords.value = made.words;
    });
  };
  const restore = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const passphrase = passphraseIn(form);
    void run(async () => {
      await resultOf(program.restoreIdentity({ words: typedIn(form, 'words'), passphrase }));
    });
  };
  return (
    <>
      <Title>{t('welcomeToGeo')}</Title>
      <p>{t('whatGeoDoes')}</p>
      <form class="card" onSubmit={create}>
        <Field label={t('yourName')} name="name" hint={t('yourNameHint')} />
        <NewPassphrase keychain={keychain} />
        <button type="submit" disabled={isBusy.value}>
          {t('begin')}
        </button>
      </form>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      <details>
        <summary>{t('haveWordsAlready')}</summary>
        <form onSubmit={restore}>
          <p class="hint">{t('wordsRestore')}</p>
          <Field label={t('words')} name="words" hint={t('wordsHint')} required />
          <NewPassphrase keychain={keychain} />
          <button type="submit" disabled={isBusy.value}>
            {t('bringBack')}
          </button>
        </form>
      </details>
    </>
  );
}

/** Null: nothing was typed, and the keychain keeps one that nobody needs to know. */
function passphraseIn(form: HTMLFormElement): string | null {
  const passphrase = new FormData(form).get('passphrase');
  return typeof passphrase === 'string' && passphrase !== '' ? passphrase : null;
}

/** For a new key: what has to be typed, or may be. */
function NewPassphrase({ keychain }: { readonly keychain: NoKeychain | null }) {
  const [hint, required] =
    keychain === null ? (['passphraseMay', false] as const) : (['passphraseMust', true] as const);
  return <PassphraseField hint={t(hint)} required={required} />;
}

function PassphraseField({ hint, required }: { readonly hint?: string; readonly required: boolean }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{t('passphrase')}</label>
      <input
        id={id}
        type="password"
        name="passphrase"
        autoComplete="off"
        required={required}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
      />
      {hint !== undefined && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
    </p>
  );
}

/** The words, once. They are not put anywhere else: not into the clipboard, which other programs read. */
function FreshWords({ words }: { readonly words: string }) {
  const isKept = useSignal(false);
  return (
    <>
      <Title>{t('words')}</Title>
      <p>{t('wordsOnce')}</p>
      <ol class="card words" translate={false}>
        {words.split(' ').map((word, index) => (
          <li key={index}>{word}</li>
        ))}
      </ol>
      <p>
        <label class="check">
          <input
            type="checkbox"
            onChange={(event) => {
              isKept.value = event.currentTarget.checked;
            }}
          />
          {t('wordsKept')}
        </label>
      </p>
      <button
        type="button"
        disabled={!isKept.value}
        onClick={() => {
          freshWords.value = null;
        }}
      >
        {t('review')}
      </button>
    </>
  );
}

function Locked({ program, keychain, wasWrong }: Props & Omit<Extract<Situation, { state: 'locked' }>, 'state'>) {
  const { isBusy, trouble, run } = useTask();
  const unlock = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const remember = new FormData(form).get('remember') !== null;
    const input = { passphrase: passphraseIn(form) ?? '', remember };
    void run(async () => {
      await resultOf(program.unlock(input));
    });
  };
  return (
    <>
      <Title>{t('lockedTitle')}</Title>
      <p>{t(keychain === null ? 'locked' : 'lockedNoKeychain')}</p>
      {wasWrong && (
        <div class="trouble" role="alert">
          {t('passphraseWrong')}
        </div>
      )}
      <form class="card" onSubmit={unlock}>
        <PassphraseField required />
        {keychain === null && (
          <p>
            <label class="check">
              <input type="checkbox" name="remember" />
              {t('passphraseRemember')}
            </label>
          </p>
        )}
        <button type="submit" disabled={isBusy.value}>
          {t('unlock')}
        </button>
      </form>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

type Idle = Extract<Situation, { state: 'waiting' | 'stopped' | 'failed' }>;

const TITLES = { waiting: 'nodeEnded', stopped: 'nodeStopped', failed: 'nodeFailed' } as const;

function NotRunning({ program, now }: Props & { readonly now: Idle }) {
  const { isBusy, trouble, run } = useTask();
  return (
    <>
      <Title>{t(TITLES[now.state])}</Title>
      {now.state === 'stopped' && <p>{t('nodeStoppedWhy')}</p>}
      {now.state === 'waiting' && (
        <p role="status">
          {t('nodeAgain')} <Time at={now.retryAtMs} />
        </p>
      )}
      {now.state !== 'stopped' && <Trouble title={t('nodeSays')} text={textOf(now)} />}
      <p class="actions">
        <button
          type="button"
          disabled={isBusy.value}
          onClick={() => void run(async () => void (await resultOf(program.tryAgain())))}
        >
          {t('startNode')}
        </button>
        <SaveBundle program={program} />
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

function textOf(now: Exclude<Idle, { state: 'stopped' }>): string {
  return now.state === 'failed' && now.hint !== null ? `${now.message} ${now.hint}` : now.message;
}

/** Writes the file for whoever is to help. */
export function SaveBundle({ program }: Props) {
  const { isBusy, trouble, run } = useTask();
  const path = useSignal<string | null>(null);
  const save = (): Promise<void> =>
    run(async () => {
      path.value = (await resultOf<{ path: string | null }>(program.saveSupportBundle())).path;
    });
  return (
    <>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={() => void save()}>
        {t('saveBundle')}
      </button>
      <span role="status">{path.value !== null && t('bundleSaved', { path: path.value })}</span>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
