/** The second of three steps: a name, and the invitation where one is needed. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { invitationIn } from '#protocol/join-request.ts';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { StartOver, Step } from './before.tsx';
import { readHub } from './hub.ts';
import { dropInvitation, keptInvitation } from './invitation.ts';
import { Invited } from './invited.tsx';
import type { Session } from './session.ts';
import { isInvalid, isMemberAlready, join, readInvited } from './stage.ts';
import { browserKept } from './storage.ts';
import { m } from './words.ts';

export function Joining({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** Null: it is not known yet. */
  const needsInvitation = useSignal<boolean | null>(null);
  /**
   * One that cannot be used any more is dropped, so that another can be pasted, or an open hub joined without; unless it is used
   * up because this key has joined by it, and the answer was lost.
   */
  const dropped = async (error: unknown): Promise<void> => {
    if (isInvalid(error)) {
      if (await isMemberAlready(session)) return;
      await dropInvitation(browserKept);
      needsInvitation.value = (await readHub(location.origin)).admission === 'invitation';
    }
    throw error;
  };
  useEffect(() => {
    void run(async () => {
      // With new words nobody is one, unless the hub's answer was lost.
      if (!session.identity.isNew && (await isMemberAlready(session))) return;
      const [{ admission }, invitation] = [await readHub(location.origin), await keptInvitation(browserKept)];
      if (invitation !== null) await readInvited(invitation).catch(dropped);
      needsInvitation.value = admission === 'invitation' && invitation === null;
    });
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      const invitation = invitationIn(typedIn(form, 'invitation')) ?? (await keptInvitation(browserKept));
      if (needsInvitation.value === true && invitation === null) {
        trouble.value = m('invitationMissing');
        return;
      }
      await join(session, typedIn(form, 'name'), invitation).catch(dropped);
    });
  };
  return (
    <>
      <Step number={2} />
      <Title>{m('nameTitle')}</Title>
      {needsInvitation.value === false && <Invited />}
      {needsInvitation.value === null && trouble.value === null && <p role="status">{m('joining')}</p>}
      {needsInvitation.value !== null && (
        <form class="card" onSubmit={submit}>
          <Field label={m('yourName')} name="name" hint={m('yourNameHint')} required />
          {needsInvitation.value && (
            <Field label={m('invitation')} name="invitation" hint={m('invitationHint')} required />
          )}
          <button type="submit" disabled={isBusy.value}>
            {m(isBusy.value ? 'joining' : 'join')}
          </button>
          {trouble.value !== null && <Trouble text={trouble.value} />}
        </form>
      )}
      {needsInvitation.value === null && trouble.value !== null && (
        <>
          <Trouble text={trouble.value} />
          <button type="button" onClick={() => location.reload()}>
            {t('again')}
          </button>
        </>
      )}
      <StartOver />
    </>
  );
}
