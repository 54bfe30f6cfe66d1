/** The member itself: name, public name, the lock of this browser, and the way out of it. */
import { useSignal } from '@preact/signals';
import { ConfirmButton } from '../confirm.tsx';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { Signs } from '../signs.tsx';
import { type Known, refresh } from '../state.ts';
import { forget } from './before.tsx';
import { Erase } from './erase.tsx';
import { FindMe } from './find-me.tsx';
import { Move } from './move.tsx';
import { OwnWords } from './own-words.tsx';
import { PassphraseFields, typedPassphrase } from './passphrase.tsx';
import type { Session } from './session.ts';
import { sessionNow } from './stage.ts';
import { TellMe } from './tell-me.tsx';
import { m } from './words.ts';

export function MemberSettings({ all }: { readonly all: Known }) {
  const session = sessionNow();
  return (
    <>
      <Title>{t('settings')}</Title>
      {session !== null && (
        <>
          <You all={all} session={session} />
          <Lock session={session} />
          <OwnWords session={session} />
          <TellMe session={session} />
          <FindMe session={session} />
          <Move session={session} />
          <Leave session={session} />
          <Erase all={all} session={session} />
        </>
      )}
    </>
  );
}

function You({ all, session }: { readonly all: Known; readonly session: Session }) {
  const { participant } = all.status;
  const { isBusy, trouble, run } = useTask();
  const isKept = useSignal(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = typedIn(event.currentTarget as HTMLFormElement, 'own-name');
    void run(async () => {
      isKept.value = false;
      await session.hub.act('PATCH', '/participants/me', { name });
      await refresh();
      isKept.value = true;
    });
  };
  return (
    <section class="card" aria-labelledby="you">
      <h2 id="you">{m('you')}</h2>
      <form onSubmit={submit}>
        <Field
          label={m('yourName')}
          name="own-name"
          hint={m('yourNameHint')}
          initial={participant.name ?? ''}
          required
        />
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'saving' : 'save')}
        </button>
        <p role="status">{isKept.value && t('settingKept')}</p>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </form>
      <h3>{m('yourPid')}</h3>
      <p>
        <Signs text={participant.pid} />
      </p>
      <p class="hint">{m('yourPidHint')}</p>
      <h3>{m('yourHub')}</h3>
      <p>
        <bdi>{location.host}</bdi>
      </p>
    </section>
  );
}

function Lock({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  const isLocked = useSignal(session.identity.locked.passphrase !== null);
  const set = (passphrase: string | null): void => {
    void run(async () => {
      await session.lock(passphrase);
      isLocked.value = passphrase !== null;
    });
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { passphrase, differ } = typedPassphrase(event.currentTarget as HTMLFormElement);
    if (differ) trouble.value = t('passphrasesDiffer');
    else set(passphrase);
  };
  return (
    <section class="card" aria-labelledby="lock">
      <h2 id="lock">{m('lockTitle')}</h2>
      <p role="status">{m(isLocked.value ? 'lockOn' : 'lockOff')}</p>
      {isLocked.value ? (
        <button type="button" class="quiet" disabled={isBusy.value} onClick={() => set(null)}>
          {m('lockRemove')}
        </button>
      ) : (
        <details>
          <summary>{m('lockSet')}</summary>
          <form onSubmit={submit}>
            <PassphraseFields />
            <button type="submit" disabled={isBusy.value}>
              {t('save')}
            </button>
          </form>
        </details>
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function Leave({ session }: { readonly session: Session }) {
  const leave = async (): Promise<void> => {
    // The hub forgets both by itself where it cannot be told.
    await import('./push.ts').then(({ turnOff }) => turnOff(session.hub)).catch(() => undefined);
    await session.hub.signOut().catch(() => undefined);
    await forget();
  };
  return (
    <section class="card" aria-labelledby="leave">
      <h2 id="leave">{m('leaveTitle')}</h2>
      <p>{m('leaveWhat')}</p>
      <ConfirmButton label={m('leave')} title={m('leaveSure')} yes={m('leaveYes')} onYes={() => void leave()}>
        <p>{m('leaveWhat')}</p>
      </ConfirmButton>
    </section>
  );
}
