/** Who invites, and for how much: the link counts, and not what the hub says. */
import { describe, expect, it } from 'vitest';
import { keepInvitation, keptInvitation, linkToHub, mustInvite } from '#desktop/ui/src/member/invitation.ts';
import { pidOf } from '#protocol/identity.ts';
import { type Invitation, invitationIn } from '#protocol/join-request.ts';
import { Memory } from '#test/support/memory.ts';
import { person } from '#test/support/people.ts';

const info = ({ key }: ReturnType<typeof person>, name: string) => ({ pid: pidOf(key), publicKey: key, name });
const [olena, puppet] = [info(person(1), 'Olena'), info(person(2), 'Olena')];
const limit = { equivalent: 'UAH', amount: '100' };
const link = linkToHub('https://hub.example.org', 'AAAA', olena.publicKey, limit);
const invitation = invitationIn(link) as Invitation;

describe('an invitation whose link says whom it is from', () => {
  it('is taken where the hub says the same', () => {
    expect(() => mustInvite(invitation, olena, limit)).not.toThrow();
  });

  it.each([
    ['somebody else', puppet, limit],
    ['somebody else under the public name of who invites', { ...puppet, pid: olena.pid }, limit],
    ['another public name for the key of who invites', { ...olena, pid: puppet.pid }, limit],
    ['the operator', null, limit],
    ['another amount', olena, { ...limit, amount: '1000' }],
    ['another currency', olena, { ...limit, equivalent: 'USD' }],
    ['no amount', olena, null],
  ])('is refused where the hub says %s', (_what, by, suggested) => {
    expect(() => mustInvite(invitation, by, suggested)).toThrow(
      expect.objectContaining({ code: 'inviter-differs', facts: { what: olena.pid } }),
    );
  });

  it('is kept with all that it says', async () => {
    const kept = new Memory();
    await keepInvitation(kept, invitation);
    expect(await keptInvitation(kept)).toEqual(invitation);
  });
});

it('an invitation that names nobody leaves it to the hub, also one that an earlier version kept', async () => {
  const kept = new Memory();
  await kept.set('geo-invitation', 'AAAA');
  const old = (await keptInvitation(kept)) as Invitation;
  expect(old).toEqual({ token: 'AAAA', from: null });
  expect(() => mustInvite(old, puppet, null)).not.toThrow();
});
