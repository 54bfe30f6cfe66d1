/** Who invites, and what is suggested: read before anything is used up. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Invitation } from '#protocol/join-request.ts';
import { Money, Name, Trouble, useTask } from '../parts.tsx';
import type { InvitationInfo } from './hub.ts';
import { keptInvitation } from './invitation.ts';
import { readInvited } from './stage.ts';
import { browserKept } from './storage.ts';
import { M, m } from './words.ts';

/** Nothing where nobody came by an invitation. */
export function Invited() {
  const { trouble, run } = useTask();
  const invitation = useSignal<(InvitationInfo & Pick<Invitation, 'from'>) | null>(null);
  useEffect(() => {
    void run(async () => {
      const kept = await keptInvitation(browserKept);
      if (kept !== null) invitation.value = { ...(await readInvited(kept)), from: kept.from };
    });
  }, []);
  if (trouble.value !== null) return <Trouble text={trouble.value} />;
  if (invitation.value === null) return null;
  const { by, suggestedLimit, from } = invitation.value;
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
      {by !== null && from === null && <p class="hint">{m('invitedHubSays')}</p>}
    </div>
  );
}
