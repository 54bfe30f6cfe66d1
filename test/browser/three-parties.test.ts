/**
 * Two members of a hub and somebody with a node of her own, each with a browser, nothing of it pretended: from an
 * invitation to trust, payments all ways, one away, circles that even out, and a member who moves to his own node.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { identityOf } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { seedFromWords } from '#protocol/words.ts';
import { startBrowser } from '#test/support/browser.ts';
import { type Beginner, begin, bringBack, confirmBooks } from '#test/support/first-run.ts';
import { type GeoFolder, GeoFolders } from '#test/support/geo.ts';
import {
  addCard,
  copyCard,
  fillIn,
  type Hands,
  letOwe,
  pay,
  person,
  saveLedger,
  seeBalances,
} from '#test/support/hands.ts';
import { MemberPage } from '#test/support/member-page.ts';
import { balances, openMember, startMembersHub, type TestHub } from '#test/support/members.ts';
import { NodePage } from '#test/support/pages.ts';

const WAIT_MS = 45_000;
/** Ports of this test alone. */
const SETTINGS = 'listen = ["/ip4/127.0.0.1/tcp/0"]\napi-port = 0\n';

/** Who somebody is, by the 24 words. */
interface Somebody {
  readonly seed: Uint8Array;
  readonly key: PublicKey;
}

/** What each owes (below 0) or is owed, by the names of both. */
type Books = Record<string, Record<string, string>>;

let browser: Browser;
let folder: string;
let folders: GeoFolders;
let hub: TestHub;

let annas: MemberPage;
let anna: Somebody;
let borissWords: readonly string[];
let boriss: MemberPage;
let boris: Somebody;
let claras: NodePage;
let claraNode: GeoFolder;
let clara: Client;
let moving: Beginner | null = null;
let before: Books;
const complaints: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-three-'));
  [browser, folders, hub] = await Promise.all([startBrowser(), GeoFolders.create(), startMembersHub()]);
  claraNode = folders.add('clara');
  await claraNode.json(['init', '--name', 'Clara', '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0']);
  await claraNode.json(['start', '--background']);
  clara = await connectClient(claraNode.path);
});

afterAll(async () => {
  moving?.geoUi.kill();
  await folders.close();
  await browser.close();
  await boriss.context.close();
  await rm(folder, { recursive: true, force: true });
});

function somebody(words: readonly string[]): Somebody {
  const seed = seedFromWords(words.join(' ')) as Uint8Array;
  return { seed, key: identityOf(seed).publicKey };
}

/** A browser that was closed is started again with all that it kept. */
const openBoriss = (address: string): Promise<MemberPage> => MemberPage.openProfile(join(folder, 'browser'), address);

/** It is said where the receiver looks, by itself. */
const seePaid = ({ page }: Hands, payer: string, amount: string): Promise<void> =>
  page.getByRole('status').getByText(`${payer} paid you ${amount}`).waitFor();

/** What a member is owed, as its hub says; asked from yet another device. */
async function atHub(name: string, { seed, key }: Somebody): Promise<Record<string, string>> {
  return balances(await openMember(hub.url, { seed, key }, name));
}

/** What a node is owed. */
async function atNode(client: Client): Promise<Record<string, string>> {
  const { accounts } = await client.getBalance({ equivalent: 'UAH' });
  return Object.fromEntries(accounts.map(({ neighbour, balance }) => [neighbour.publicKey, balance]));
}

/** The books of all three, each as its holder has them. `boriss`: where he is now. */
async function books(boriss: Promise<Record<string, string>>): Promise<Books> {
  const names = new Map<string, string>([
    [anna.key, 'Anna'],
    [boris.key, 'Boris'],
    [(await clara.getId()).participant.publicKey, 'Clara'],
  ]);
  const named = (all: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(all).map(([key, balance]) => [names.get(key) ?? key, balance]));
  return {
    Anna: named(await atHub('Anna', anna)),
    Boris: named(await boriss),
    Clara: named(await atNode(clara)),
  };
}

const opposite = (balance: string): string =>
  balance === '0' ? '0' : balance.startsWith('-') ? balance.slice(1) : `-${balance}`;

/** What two say of each other comes to nothing, to the unit. */
function expectAgreement(of: Books): void {
  for (const [name, accounts] of Object.entries(of)) {
    for (const [other, balance] of Object.entries(accounts)) {
      expect([name, other, of[other]?.[name]]).toEqual([name, other, opposite(balance)]);
    }
  }
}

describe('two members and somebody with a node of her own', () => {
  it('the first joins in a browser, and the second by her invitation', async () => {
    annas = await MemberPage.open(browser, hub.url);
    anna = somebody(await annas.join('Anna'));
    await annas.go('People');
    await annas.fill('Ask them to let you owe up to', '100');
    await annas.page.getByRole('region', { name: 'Invite somebody' }).getByLabel('Currency').fill('UAH');
    await annas.press('Make an invitation');
    boriss = await openBoriss(await annas.page.getByLabel('Your invitation').inputValue());
    await boriss.see('Anna invites you.');
    borissWords = await boriss.join('Boris');
    boris = somebody(borissWords);
    await boriss.press(/^Let/);
    await boriss.see(/^Saved: Anna may owe you up to 100\.00\sUAH/);
    await boriss.press('Go on');
    await boriss.heading('Home');
  });

  it('the third opens the page of her node, and gives and takes contact cards', async () => {
    claras = await NodePage.open(browser, { client: clara, url: (await readApiFiles(claraNode.path)).url });
    const card = await copyCard(claras);
    for (const [name, page] of [
      ['Anna', annas],
      ['Boris', boriss],
    ] as const) {
      await addCard(page, 'Clara', card);
      await addCard(claras, name, await copyCard(page));
    }
    for (const [page, name] of [
      [claras, 'Anna'],
      [claras, 'Boris'],
      [annas, 'Clara'],
      [boriss, 'Clara'],
    ] as const) {
      await page.go('People');
      await person(page, name).getByText('connected', { exact: true }).waitFor();
    }
    expect(await claras.flaws('three-people')).toEqual([]);
  });

  it('each lets one of the others owe, and sees whom they may owe', async () => {
    await letOwe(claras, 'Boris', '60');
    await letOwe(annas, 'Clara', '50');
    await person(boriss, 'Clara').getByText('You may owe Clara up to 60.00 UAH.').waitFor();
    await person(claras, 'Anna').getByText('You may owe Anna up to 50.00 UAH.').waitFor();
    // Clara wants to be asked before what Boris owes her is evened out.
    await claras.go('People');
    await person(claras, 'Boris').getByText('More about Boris').click();
    await person(claras, 'Boris').getByLabel('Even out debts with Boris without asking me').uncheck();
    const line = person(claras, 'Boris').getByRole('region', { name: 'What Boris may owe you in UAH' });
    await line.getByRole('button', { name: 'Save' }).click();
    await line.getByText('Kept. Boris knows it.').waitFor();
  });
});

describe('payments', () => {
  it('go from a member to a member, and over him to the node', async () => {
    await pay(annas, 'Boris', '12.51', 'bread');
    await seePaid(boriss, 'Anna', '12.51');
    await annas.tap('Pay');
    await fillIn(annas, 'Clara', '5.25');
    await annas.see('The way there: Anna → Boris → Clara.');
    await annas.press('Pay now');
    await annas.see(/^Paid: 5\.25\sUAH to Clara\.$/);
    await seePaid(claras, 'Anna', '5.25');
    await seeBalances(annas, ['You owe Boris 17.76 UAH']);
    await seeBalances(boriss, ['Anna owes you 17.76 UAH', 'You owe Clara 5.25 UAH']);
    await seeBalances(claras, ['Boris owes you 5.25 UAH']);
  });

  it('go all the other ways', async () => {
    await pay(boriss, 'Clara', '7', 'the roof');
    await seePaid(claras, 'Boris', '7.00');
    await pay(boriss, 'Anna', '3');
    await seePaid(annas, 'Boris', '3.00');
    await pay(claras, 'Boris', '2');
    await seePaid(boriss, 'Clara', '2.00');
    await pay(claras, 'Anna', '4.10', 'eggs');
    await seePaid(annas, 'Clara', '4.10');
    await annas.go('History');
    await annas.page.getByRole('link', { name: 'Clara paid you' }).click();
    await annas.see('eggs');
    await seeBalances(annas, ['You owe Boris 14.76 UAH', 'Clara owes you 4.10 UAH']);
    await seeBalances(boriss, ['Anna owes you 14.76 UAH', 'You owe Clara 10.25 UAH']);
    await seeBalances(claras, ['Boris owes you 10.25 UAH', 'You owe Anna 4.10 UAH']);
  });

  it('come in while the browser of a member is closed, and are there when it is opened', async () => {
    complaints.push(...boriss.complaints);
    await boriss.context.close();
    await pay(claras, 'Boris', '1.15', 'nails');
    boriss = await openBoriss(hub.url);
    await seeBalances(boriss, ['Anna owes you 14.76 UAH', 'You owe Clara 9.10 UAH']);
    await boriss.go('History');
    await boriss.page.getByRole('link', { name: 'Clara paid you' }).first().click();
    await boriss.see('nails');
  }, 90_000);
});

describe('a circle of debts', () => {
  it('is evened out when she who wants to be asked agrees', async () => {
    await claras.go('Clearing');
    await claras.page.getByText(/would owe you 4\.10\sUAH less/).waitFor({ timeout: WAIT_MS });
    await claras.see(/^The circle: you owe Anna, Anna owes Boris, Boris owes you\.$/);
    expect(await claras.flaws('three-asked')).toEqual([]);
    await claras.press('Agree: let all of us owe less');
    await claras.page.getByText(/^Done: each debt of the circle became 4\.10\sUAH less/).waitFor({ timeout: WAIT_MS });
    // 14.76 − 4.10, 9.10 − 4.10, and nothing.
    await seeBalances(annas, ['You owe Boris 10.66 UAH']);
    await seeBalances(boriss, ['Anna owes you 10.66 UAH', 'You owe Clara 5.00 UAH']);
    await seeBalances(claras, ['Boris owes you 5.00 UAH']);
    for (const page of [annas, boriss, claras]) {
      await page.go('Clearing');
      await page.page.getByRole('region', { name: 'What was evened out' }).getByText('A circle of debts').waitFor();
    }
  }, 120_000);

  it('is evened out by itself when nobody wants to be asked', async () => {
    await claras.go('People');
    const part = person(claras, 'Boris');
    await part.getByText('More about Boris').click();
    await part.getByLabel('Even out debts with Boris without asking me').check();
    await part
      .getByRole('region', { name: 'What Boris may owe you in UAH' })
      .getByRole('button', { name: 'Save' })
      .click();
    await part.getByText('Kept. Boris knows it.').waitFor();
    await pay(claras, 'Anna', '2.02');
    // 10.66 − 2.02, 5.00 − 2.02, and nothing.
    await seeBalances(annas, ['You owe Boris 8.64 UAH']);
    await seeBalances(boriss, ['Anna owes you 8.64 UAH', 'You owe Clara 2.98 UAH']);
    await seeBalances(claras, ['Boris owes you 2.98 UAH']);
  }, 120_000);
});

describe('a member who moves to a node of his own', () => {
  it('takes a file along, and ends at the hub', async () => {
    before = await books(atHub('Boris', boris));
    expect(before).toEqual({
      Anna: { Boris: '-8.64', Clara: '0' },
      Boris: { Anna: '8.64', Clara: '-2.98' },
      Clara: { Anna: '0', Boris: '2.98' },
    });
    await boriss.go('Settings');
    const saving = boriss.page.waitForEvent('download');
    await boriss.page.getByRole('region', { name: 'Go on elsewhere' }).getByRole('button').click();
    await copyFile(await (await saving).path(), join(folder, 'boris.backup'));
    await boriss.see('The file is saved.');
    await boriss.press('End at this hub');
    await boriss.press('Yes, end here');
    await boriss.heading('Welcome');
  });

  it('is who he was there, with every balance to the unit', async () => {
    const own = folders.add('boris');
    moving = await begin(browser, own, SETTINGS);
    const { page } = moving;
    await bringBack(page, borissWords.join(' '), join(folder, 'boris.backup'));
    await page.getByText(/^You are back, with the backup file of .+\. Accounts in it: 2\. People: 2\./).waitFor();
    await page.getByRole('button', { name: 'Start my node' }).click();
    await page.getByRole('link', { name: 'Look at what came back' }).click();
    await confirmBooks(page, [/^Anna owes you 8\.64\sUAH\./, /^You owe Clara 2\.98\sUAH\./]);
    const after = await books(atNode(await connectClient(own.path)));
    expect(after).toEqual(before);
    expectAgreement(after);
    await seeBalances(annas, ['You owe Boris 8.64 UAH']);
    await seeBalances(claras, ['Boris owes you 2.98 UAH']);
  }, 120_000);

  it('pays from there, who is still at the hub and who has a node', async () => {
    const his = NodePage.around(moving as Beginner);
    await pay(his, 'Anna', '1.50', 'from my own node');
    await seePaid(annas, 'Boris', '1.50');
    await pay(his, 'Clara', '3');
    await seePaid(claras, 'Boris', '3.00');
    await seeBalances(annas, ['You owe Boris 7.14 UAH']);
    await seeBalances(his, ['Anna owes you 7.14 UAH', 'You owe Clara 5.98 UAH']);
    await seeBalances(claras, ['Boris owes you 5.98 UAH']);
  }, 90_000);

  it('and the ledgers that the pages save prove themselves and each other', async () => {
    const his = NodePage.around(moving as Beginner);
    expectAgreement(await books(atNode(await connectClient(join(folders.path, 'boris')))));
    const files = await Promise.all([annas, his, claras].map(saveLedger));
    expect(await claraNode.json(['verify', ...files])).toMatchObject({
      ...{ valid: true, findings: [] },
      sums: [{ equivalent: 'UAH', among: '0', withOthers: '0' }],
    });
  });

  it('and nothing went wrong in the pages', () => {
    const pages = [annas, boriss, claras, moving as Beginner];
    complaints.push(...pages.flatMap((page) => page.complaints));
    expect(complaints).toEqual([]);
  });
});
