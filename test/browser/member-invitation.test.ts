/** A hub that takes who was invited: with an invitation that counts no more, one comes in by another. */
import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INVITATIONS_PATH, readOperatorDoor } from '#hub-indexer/web/operator.ts';
import { pidOf } from '#protocol/identity.ts';
import { invitationLink } from '#protocol/join-request.ts';
import { startBrowser } from '#test/support/browser.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { startMembersHub, type TestHub } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

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
  return invitationLink(`${hub.url}/`, { token, from: null });
}

/** The link of an invitation by a member. */
async function inviteBy(member: MemberPage): Promise<string> {
  await member.go('People');
  await member.fill('Ask them to let you owe up to', '100');
  await member.page.getByRole('region', { name: 'Invite somebody' }).getByLabel('Currency').fill('UAH');
  await member.press('Make an invitation');
  return member.page.getByLabel('Your invitation').inputValue();
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

describe('an invitation of a member', () => {
  let link: string;
  let olena: MemberPage;
  const puppet = { pid: pidOf(person(66).key), publicKey: person(66).key, name: 'Olena' };

  beforeAll(async () => {
    olena = await MemberPage.open(browser, await invitation());
    await olena.join('Olena');
    link = await inviteBy(olena);
  }, 60_000);

  /** Somebody to whom the hub answers at these places with another person who invites. */
  async function deceived(at: string, of: 'by' | 'inviter'): Promise<MemberPage> {
    const page = await MemberPage.open(browser, 'about:blank');
    await page.page.route(`**/api/v1/${at}`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), [of]: puppet } });
    });
    await page.page.goto(link);
    return page;
  }

  it('is refused where the hub names somebody else, before anything is signed', async () => {
    const petro = await deceived('invitations/read', 'by');
    await petro.see(/^Your link was made by the member/);
    expect(await petro.flaws('member-invitation-lies')).toEqual([]);
    await petro.words();
    await petro.see(/^Your link was made by the member/);
    expect(await petro.page.getByRole('button', { name: 'Join' }).count()).toBe(0);
    expect(petro.complaints).toEqual([]);
  }, 60_000);

  it('and where it does so only afterwards: nobody is asked to let the stranger owe', async () => {
    const petro = await deceived('participants', 'inviter');
    await petro.see('Olena invites you.');
    await petro.join('Petro');
    await petro.see(/^Your link was made by the member/);
    await petro.heading('What are you called?');
    expect(await petro.page.getByRole('button', { name: /^Let/ }).count()).toBe(0);
  }, 60_000);

  it('comes with a warning where its link names nobody', async () => {
    const [old = ''] = (await inviteBy(olena)).split('&');
    const ivan = await MemberPage.open(browser, old);
    await ivan.see('Only the hub says so: the link that you were given names nobody.');
    await ivan.join('Ivan');
    await ivan.see(/^Only the hub says that Olena invites you/);
    expect(await ivan.flaws('member-joined-hub-says')).toEqual([]);
  }, 60_000);

  /** Somebody who was taken in, and has not heard of it. */
  async function unheard(name: string): Promise<MemberPage> {
    const page = await MemberPage.open(browser, await inviteBy(olena));
    await page.page.route('**/api/v1/participants', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.join(name);
    await page.see(/^Your hub cannot be reached/);
    await page.page.unroute('**/api/v1/participants');
    return page;
  }

  it('is not said to be used up to whom it has brought in, where the answer of the hub was lost', async () => {
    const maria = await unheard('Maria');
    await maria.page.reload();
    await maria.heading('Home');
    await maria.go('Settings');
    expect(await maria.page.getByLabel('Your name').inputValue()).toBe('Maria');
  }, 60_000);

  it('and says who invites after another try', async () => {
    const nadia = await unheard('Nadia');
    await nadia.press('Join');
    await nadia.heading('You are in');
    await nadia.see(/^You are a member now, and Olena is among your people/);
  }, 60_000);

  it('is read where the page is open already', async () => {
    const vera = await MemberPage.open(browser, hub.url);
    await vera.heading('Welcome');
    await vera.page.evaluate(`location.href = ${JSON.stringify(await inviteBy(olena))}`);
    await vera.see('Olena invites you.');
    await vera.join('Vera');
    await vera.see(/^You are a member now, and Olena is among your people/);
  }, 60_000);

  it('brings a member together with who invites', async () => {
    const yuri = await MemberPage.open(browser, await invitation());
    await yuri.join('Yuri');
    await yuri.heading('Home');
    await yuri.page.evaluate(`location.href = ${JSON.stringify(await inviteBy(olena))}`);
    await yuri.heading('You were invited');
    await yuri.see('You are a member already. Olena is among your people now.');
    expect(await yuri.flaws('member-invited-again')).toEqual([]);
    await yuri.press(/^Let Olena owe you up to/);
    await yuri.see(/owe you up to 100.00/);
    await yuri.press('Go on');
    await yuri.heading('Home');
    await yuri.go('People');
    await yuri.see('Olena');
    await yuri.page.reload();
    await yuri.heading('People');

    // By one that is used up with nobody, and it is said once.
    const used = await inviteBy(olena);
    const zoya = await MemberPage.open(browser, used);
    await zoya.join('Zoya');
    await zoya.press('Go on');
    await zoya.heading('Home');
    const zoyas = await inviteBy(zoya);
    await (await MemberPage.open(browser, zoyas)).join('Ira');
    await yuri.page.evaluate(`location.href = ${JSON.stringify(zoyas)}`);
    await yuri.heading('You were invited');
    await yuri.see('This invitation was used already. Ask for another.');
    expect(await yuri.flaws('member-invited-in-vain')).toEqual([]);
    await yuri.press('Go on');
    await yuri.heading('Home');
    await yuri.page.reload();
    await yuri.heading('Home');

    // Whom it has brought in opens the page by it again.
    await zoya.go('People');
    const read = zoya.page.waitForResponse('**/api/v1/invitations/read');
    await zoya.page.evaluate(`location.href = ${JSON.stringify(used)}`);
    expect((await read).status()).toBe(403);
    await zoya.heading('Home');
    await zoya.page.waitForLoadState('networkidle');
    await zoya.heading('Home');

    // By their own link nobody is brought together with themselves.
    await olena.page.evaluate(`location.href = ${JSON.stringify(await inviteBy(olena))}`);
    await olena.heading('Home');
    expect(olena.complaints).toEqual([]);
  }, 60_000);
});
