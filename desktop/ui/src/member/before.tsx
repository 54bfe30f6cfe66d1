/** What comes before the screens of a member: its key, its name, and what the invitation suggests. */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { ConfirmButton } from '../confirm.tsx';
import { YourWords } from '../first-run/words.tsx';
import { t } from '../i18n.tsx';
import { Name, Title, Trouble, useTask } from '../parts.tsx';
import { Suggestion } from '../screens/suggestion.tsx';
import type { Joined } from './hub.ts';
import { Joining } from './joining.tsx';
import type { Identity, Session } from './session.ts';
import { ERASED, goOn, stage, unlock, wordsWritten } from './stage.ts';
import { forgetAll } from './storage.ts';
import { Welcome } from './welcome.tsx';
import { M, m } from './words.ts';

/** The one thing to do now; null: the screens. */
export function before() {
  const now = stage.value;
  switch (now.name) {
    case 'starting':
      return <p role="status">{t('loading')}</p>;
    case 'insecure':
      return (
        <>
          <Title>{m('insecureTitle')}</Title>
          <p>{m('insecure')}</p>
        </>
      );
    case 'welcome':
      return <Welcome />;
    case 'locked':
      return <Locked identity={now.identity} />;
    case 'words':
      return <Words words={now.words} session={now.session} />;
    case 'joining':
      return <Joining session={now.session} />;
    case 'joined':
      return <IsIn joined={now.joined} session={now.session} />;
    case 'in':
      return null;
  }
}

/** Which of the three steps this is. */
export function Step({ number }: { readonly number: number }) {
  return <p class="hint">{m('step', { number: String(number) })}</p>;
}

function Words({ words, session }: { readonly words: readonly string[]; readonly session: Session }) {
  const isWritten = useSignal(false);
  useEffect(() => {
    if (isWritten.value) void wordsWritten(session);
  }, [isWritten.value]);
  return (
    <>
      <Step number={1} />
      <YourWords words={words} isWritten={isWritten} />
    </>
  );
}

function IsIn({ joined, session }: { readonly joined: Joined; readonly session: Session }) {
  const { inviter, suggestedLimit } = joined;
  if (inviter === null) return null;
  return (
    <>
      <Step number={3} />
      <Title>{m('joinedTitle')}</Title>
      <section class="card">
        <p>
          <M k="joinedWhat" who={<Name of={inviter} />} />
        </p>
        {suggestedLimit !== null && (
          <>
            <p class="hint">{m('joinedSuggestion')}</p>
            <Suggestion suggested={{ who: inviter, ...suggestedLimit }} />
          </>
        )}
        <p>
          <button type="button" onClick={() => goOn(session)}>
            {m('goOn')}
          </button>
        </p>
      </section>
    </>
  );
}

function Locked({ identity }: { readonly identity: Identity }) {
  const id = useId();
  const { isBusy, trouble, run } = useTask();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('passphrase');
    void run(async () => {
      if (typeof typed === 'string' && !(await unlock(identity, typed))) trouble.value = t('passphraseWrong');
    });
  };
  return (
    <>
      <Title>{t('lockedTitle')}</Title>
      <form class="card" onSubmit={submit}>
        <p>{m('lockedWhat')}</p>
        <p class="field">
          <label for={id}>{t('passphrase')}</label>
          <input id={id} name="passphrase" type="password" autoComplete="current-password" required />
        </p>
        <div class="actions">
          <button type="submit" disabled={isBusy.value}>
            {t('unlock')}
          </button>
          <ConfirmButton label={m('forgotten')} title={m('leaveSure')} yes={m('forgetKey')} onYes={() => void forget()}>
            <p>{m('forgottenMeans')}</p>
          </ConfirmButton>
        </div>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
    </>
  );
}

/** Forgets everything of the member in this browser, and begins anew; that the hub has deleted it, too, is said there. */
export async function forget(isErased = false): Promise<void> {
  // Who comes next in this browser is not told what happens to this one.
  await import('./push.ts').then(({ stopTelling }) => stopTelling()).catch(() => undefined);
  await forgetAll();
  if (isErased) sessionStorage.setItem(ERASED, ERASED);
  location.reload();
}
