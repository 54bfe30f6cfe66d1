import type { Result } from '#node/api/contract.ts';
import { useAnswer } from '../answer.ts';
import { ask, leave, ownSession } from '../api.ts';
import { ConfirmButton } from '../confirm.tsx';
import { T, t } from '../i18n.tsx';
import { Time, Trouble, useTask } from '../parts.tsx';
import { connection, refresh } from '../state.ts';

type Session = Result<'listPageSessions'>['sessions'][number];

/** Who may use the node from a browser; each can be signed out, this one too. */
export function Browsers() {
  const answer = useAnswer('listPageSessions', {});
  const own = ownSession();
  const sessions = answer.value?.sessions ?? [];
  return (
    <section class="card" aria-labelledby="browsers">
      <h2 id="browsers">{t('browsers')}</h2>
      <p class="hint">{t('browsersHint')}</p>
      <ul class="plain entries">
        {sessions.map((session) => (
          <li key={session.id}>
            <strong id={`browser-${session.id}`}>
              {session.browser === null ? t('browserUnknown') : <bdi>{session.browser}</bdi>}
              {session.id === own && ` (${t('browserThis')})`}
            </strong>
            <div class="hint">
              <T k="browserTimes" opened={<Time at={session.openedAtMs} />} used={<Time at={session.usedAtMs} />} />
            </div>
            {session.id === own ? <SignOutHere id={own} /> : <SignOutThat session={session} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function SignOutThat({ session: { id } }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  const signOut = (): void => {
    void run(async () => {
      await ask('endPageSession', { id });
      await refresh();
    });
  };
  return (
    <>
      <button type="button" class="quiet" disabled={isBusy.value} aria-describedby={`browser-${id}`} onClick={signOut}>
        {t('signOutThat')}
      </button>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

function SignOutHere({ id }: { readonly id: string }) {
  const { isBusy, trouble, run } = useTask();
  const signOut = (): void => {
    void run(async () => {
      await ask('endPageSession', { id });
      leave();
      connection.value = 'signed-out';
    });
  };
  return (
    <>
      <ConfirmButton
        label={t('signOutThis')}
        title={t('signOutThis')}
        yes={t('signOut')}
        isBusy={isBusy.value}
        onYes={signOut}
      >
        <p>{t('signOutSure')}</p>
      </ConfirmButton>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
