/** What comes before the screens of a member: its key, its name, and what the invitation suggests. */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { invitationLink } from '#protocol/join-request.ts';
import { ConfirmButton } from '../confirm.tsx';
import { YourWords } from '../first-run/words.tsx';
import { t } from '../i18n.tsx';
import { lazily } from '../lazily.tsx';
import { Name, Title, Trouble, useTask } from '../parts.tsx';
import { Suggestion } from '../screens/suggestion.tsx';
import { Signs } from '../signs.tsx';
import { Stuck } from '../stuck.tsx';
import { whyOfError } from '../why-text.tsx';
import { keptInvitation } from './invitation.ts';
import type { Identity, Session } from './session.ts';
import { goOn, type Stage, stage, unlock, wordsWritten } from './stage.ts';
import { browserKept, forgetAll } from './storage.ts';
import { M, m } from './words.ts';

// Once in, nobody sees them again.
const Welcome = lazily(async () => (await import('./welcome.tsx')).Welcome);
const Joining = lazily(async () => (await import('./joining.tsx')).Joining);

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
    case 'stuck':
      return (
        <>
          <Title>{m('stuckTitle')}</Title>
          <div role="alert">
            <Stuck by={now.by} />
          </div>
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
    case 'met':
      return <Met {...now} />;
    case 'not-met':
      return <NotMet {...now} />;
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
      <StartOver />
    </>
  );
}

/** The way back for whom the key of this browser is not the right one. */
export function StartOver() {
  return (
    <p>
      <ConfirmButton
        label={m('startOver')}
        title={m('startOverSure')}
        yes={m('forgetKey')}
        onYes={() => void startOver()}
      >
        <p>{m('startOverMeans')}</p>
      </ConfirmButton>
    </p>
  );
}

/** Forgets the key; the invitation counts still. */
async function startOver(): Promise<void> {
  const invitation = await keptInvitation(browserKept);
  await forget(invitation === null ? '#/home' : invitationLink('', invitation));
}

function GoOn({ session }: { readonly session: Session }) {
  return (
    <p>
      <button type="button" onClick={() => goOn(session)}>
        {m('goOn')}
      </button>
    </p>
  );
}

function Met({ inviter, suggestedLimit, isByLink, isNew, session }: Extract<Stage, { name: 'met' }>) {
  return (
    <>
      {isNew && <Step number={3} />}
      <Title>{m(isNew ? 'joinedTitle' : 'metTitle')}</Title>
      <section class="card">
        <p>
          <M k={isNew ? 'joinedWhat' : 'metWhat'} who={<Name of={inviter} />} />
        </p>
        {suggestedLimit !== null && (
          <>
            <p class="hint">{m('joinedSuggestion')}</p>
            {!isByLink && (
              <>
                <p>
                  <M k="joinedHubSays" who={<Name of={inviter} />} />
                </p>
                <p>
                  <Signs text={inviter.pid} />
                </p>
              </>
            )}
            <Suggestion suggested={{ who: inviter, ...suggestedLimit }} />
          </>
        )}
        <GoOn session={session} />
      </section>
    </>
  );
}

function NotMet({ by, session }: Extract<Stage, { name: 'not-met' }>) {
  return (
    <>
      <Title>{m('metTitle')}</Title>
      <section class="card">
        <Trouble text={whyOfError(by)} title={m('notMet')} />
        <p>{m('notMetWhat')}</p>
        <GoOn session={session} />
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

/** Forgets everything of the member in this browser, and begins anew at this fragment. */
export async function forget(fragment = '#/home'): Promise<void> {
  // Who comes next in this browser is not told what happens to this one.
  await import('./push.ts').then(({ stopTelling }) => stopTelling()).catch(() => undefined);
  await forgetAll();
  history.replaceState(null, '', fragment);
  location.reload();
}
