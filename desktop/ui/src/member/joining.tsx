/** The second of three steps: a name, and the invitation where one is needed. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { invitationIn } from '#protocol/join-request.ts';
import { AskError } from '../ask-error.ts';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import { Step } from './before.tsx';
import { readHub, readInvitation } from './hub.ts';
import { Invited } from './invited.tsx';
import type { Session } from './session.ts';
import { dropInvitation, isMemberAlready, join, keptInvitation } from './stage.ts';
import { m } from './words.ts';

export function Joining({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** Null: it is not known yet. */
  const needsInvitation = useSignal<boolean | null>(null);
  /** One that cannot be used any more is dropped, so that another can be pasted, or an open hub joined without. */
  const dropped = async (error: unknown): Promise<never> => {
    if (error instanceof AskError && error.code.startsWith('invitation-')) {
      await dropInvitation();
      needsInvitation.value = (await readHub(location.origin)).admission === 'invitation';
    }
    throw error;
  };
  useEffect(() => {
    void run(async () => {
      if (await isMemberAlready(session)) return;
      const [{ admission }, token] = [await readHub(location.origin), await keptInvitation()];
      if (token !== null) await readInvitation(location.origin, token).catch(dropped);
      needsInvitation.value = admission === 'invitation' && token === null;
    });
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      const token = invitationIn(typedIn(form, 'invitation')) ?? (await keptInvitation());
      if (needsInvitation.value === true && token === null) {
        trouble.value = m('invitationMissing');
        return;
      }
      await join(session, typedIn(form, 'name'), token).catch(dropped);
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
    </>
  );
}
