/** The 24 words once more, for whom the paper is lost: after the passphrase where there is one, and hidden again when left. */
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { notLoaded } from '../lazily.tsx';
import { Trouble, useTask } from '../parts.tsx';
import type { Session } from './session.ts';
import type { LockedSeed } from './vault.ts';
import { openSeed } from './vault.ts';
import { m } from './words.ts';

export function OwnWords({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  const isOpen = useSignal(false);
  const words = useSignal<readonly string[] | null>(null);
  const fold = useRef<HTMLDetailsElement>(null);
  const hide = (): void => {
    words.value = null;
    trouble.value = null;
  };
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') hide();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('passphrase');
    void run(async () => {
      const read = await readWords(session.identity.locked, typeof typed === 'string' ? typed : null);
      // It may have been closed meanwhile.
      if (fold.current?.open === true) words.value = read;
      if (read === null) trouble.value = t('passphraseWrong');
    });
  };
  const close = (): void => {
    if (fold.current === null) return;
    hide();
    fold.current.open = false;
    fold.current.querySelector('summary')?.focus();
  };
  return (
    <section class="card" aria-labelledby="own-words">
      <h2 id="own-words">{t('wordsTitle')}</h2>
      <p>{m('wordsLost')}</p>
      <details
        ref={fold}
        onToggle={(event) => {
          isOpen.value = event.currentTarget.open;
          hide();
        }}
      >
        <summary>{m('wordsShow')}</summary>
        {words.value !== null && <Shown words={words.value} onHide={close} />}
        {isOpen.value && words.value === null && (
          <form onSubmit={submit}>
            <p>{m('wordsCaution')}</p>
            {session.identity.locked.passphrase !== null && <Passphrase />}
            <button type="submit" disabled={isBusy.value}>
              {m('wordsShowNow')}
            </button>
          </form>
        )}
      </details>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function Passphrase() {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{t('passphrase')}</label>
      <input id={id} name="passphrase" type="password" autoComplete="current-password" required />
    </p>
  );
}

function Shown({ words, onHide }: { readonly words: readonly string[]; readonly onHide: () => void }) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => list.current?.focus(), []);
  return (
    <>
      <ol class="words" translate={false} tabIndex={-1} ref={list} aria-labelledby="own-words">
        {words.map((word, at) => (
          <li key={at} lang="en">
            {word}
          </li>
        ))}
      </ol>
      <button type="button" class="quiet" onClick={onHide}>
        {m('wordsHide')}
      </button>
    </>
  );
}

/** Null: it is another passphrase. */
async function readWords(locked: LockedSeed, passphrase: string | null): Promise<readonly string[] | null> {
  const seed = await openSeed(locked, passphrase);
  if (seed === null) return null;
  const { wordsFromSeed } = await import('#protocol/words.ts').catch(notLoaded);
  return wordsFromSeed(seed).split(' ');
}
