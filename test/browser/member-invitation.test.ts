/** A hub that takes who was invited: with an invitation that counts no more, one comes in by another. */
import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INVITATIONS_PATH, readOperatorDoor } from '#hub-indexer/web/operator.ts';
import { invitationLink } from '#protocol/join-request.ts';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';

let browser: Browser;
let hub: TestHub;
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMembersHub(undefined, { admission: 'invitation' });
});
afterAll(() => browser.close());

/** The link of an invitation by the operator, for one person. */
async function invitation(): Promise<string> {
  const { url, secret } = readOperatorDoor(hub.dataDir);
  const made = await fetch(`${url}/api/v1${INVITATIONS_PATH}`, {
    ...{ method: 'POST', body: '{}' },
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
  });
  const { invitation: token } = (await made.json()) as { invitation: string };
  return invitationLink(`${hub.url}/`, token);
}

it('takes in who comes by the link of the operator', async () => {
  const used = await invitation();
  const anna = await MemberPage.open(browser, used);
  await anna.see('The operator of this hub invites you.');
  await anna.join('Anna');
  await anna.heading('Home');

  const boris = await MemberPage.open(browser, used);
  await boris.see('This invitation was used already. Ask for another.');
  await boris.words();
  await boris.see('This invitation was used already. Ask for another.');
  expect(await boris.flaws('member-invitation-used')).toEqual([]);
  await boris.fill('Your name', 'Boris');
  await boris.fill('Your invitation', `nothing ${randomUUID()}`);
  await boris.press('Join');
  await boris.see(/^Paste the invitation link first/);
  await boris.fill('Your invitation', await invitation());
  await boris.press('Join');
  await boris.heading('Home');
}, 60_000);

it('tells who comes without one to ask for it, and lets nobody in', async () => {
  const carol = await MemberPage.open(browser, hub.url);
  await carol.words();
  await carol.fill('Your name', 'Carol');
  await carol.fill('Your invitation', `${hub.url}/#join=AAAAAAAAAAAAAAAAAAAAAA`);
  await carol.press('Join');
  await carol.see('That did not work');
  await carol.heading('What are you called?');
}, 60_000);
