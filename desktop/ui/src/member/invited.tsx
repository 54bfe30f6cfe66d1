/** Who invites, and what is suggested: read before anything is used up. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Money, Name, Trouble, useTask } from '../parts.tsx';
import { type InvitationInfo, readInvitation } from './hub.ts';
import { keptInvitation } from './stage.ts';
import { M, m } from './words.ts';

/** Nothing where nobody came by an invitation. */
export function Invited() {
  const { trouble, run } = useTask();
  const invitation = useSignal<InvitationInfo | null>(null);
  useEffect(() => {
    void run(async () => {
      const token = await keptInvitation();
      if (token !== null) invitation.value = await readInvitation(location.origin, token);
    });
  }, []);
  if (trouble.value !== null) return <Trouble text={trouble.value} />;
  if (invitation.value === null) return null;
  const { by, suggestedLimit } = invitation.value;
  return (
    <div class="good">
      <p>{by === null ? m('invitedByOperator') : <M k="invitedBy" who={<Name of={by} />} />}</p>
      {by !== null && suggestedLimit !== null && (
        <p>
          <M
            k="invitedLimit"
            who={<Name of={by} />}
            money={<Money amount={suggestedLimit.amount} of={suggestedLimit.equivalent} />}
          />
        </p>
      )}
    </div>
  );
}
