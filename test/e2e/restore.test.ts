/** Nothing is ever lost: a node with ten neighbours comes back from words, an old backup, a damaged store, and a move. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { connectClient } from '#node/api/client.ts';
import type { Result } from '#node/api/contract.ts';
import { type GeoFolder, GeoFolders } from '#test/support/geo.ts';
import { refused, startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';

const NEIGHBOURS = 10;
/** Within this all accounts are back (issue 3). */
const BACK = { timeout: 30_000, interval: 100 };

let folders: GeoFolders;
let alice: Alice;
let words: string;
const neighbours: TestNode[] = [];

type Person = Pick<TestNode, 'name' | 'client'>;

/** Alice is a process of her own, so that she can be killed. */
interface Alice extends Person {
  readonly geo: GeoFolder;
}

const HERE = ['--network', 'geo', '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0'];

async function start(geo: GeoFolder): Promise<Alice> {
  const { frozen } = await geo.json<{ frozen: boolean }>(['start', '--background', '--name', 'Alice', ...HERE]);
  const client = await connectClient(geo.path);
  expect(frozen).toBe((await client.getStatus()).restored?.frozen ?? false);
  return { name: 'Alice', geo, client };
}

const cardOf = async ({ client }: Person): Promise<string> => (await client.getId()).card;

async function pay(from: Person, to: Person, amount: string): Promise<void> {
  const { state, refusal } = await from.client.pay({ to: to.name, equivalent: 'UAH', amount });
  if (state !== 'COMMITTED') throw new Error(`${from.name} could not pay ${to.name}: ${refusal?.text ?? state}`);
}

/** Alice and a neighbour know and trust each other, and one owes the other. */
async function befriend(neighbour: Person, number: number): Promise<void> {
  await alice.client.putContact({ who: await cardOf(neighbour), alias: neighbour.name });
  await neighbour.client.putContact({ who: await cardOf(alice) });
  await neighbour.client.connectPeer({ who: 'Alice', waitMs: 30_000 });
  const terms = { equivalent: 'UAH', waitMs: 30_000 };
  await neighbour.client.setTrustLine({ who: 'Alice', limit: `${100 + number}`, ...terms });
  await alice.client.setTrustLine({ who: neighbour.name, limit: `${50 + number}`, ...terms });
  await (number % 2 === 0 ? pay(alice, neighbour, `${number + 1}`) : pay(neighbour, alice, `${number + 1}`));
}

type Account = Result<'getBalance'>['accounts'][number];

/** What two neighbours have to agree on, by name. */
async function booksOf({ client }: Person): Promise<Record<string, Partial<Account>>> {
  const { accounts } = await client.getBalance({});
  return Object.fromEntries(
    accounts.map(({ neighbour, balance, limitGiven, limitReceived }) => [
      neighbour.name ?? neighbour.pid,
      { balance, limitGiven, limitReceived },
    ]),
  );
}

async function contactsOf({ client }: Person): Promise<Map<string, string | null>> {
  const { contacts } = await client.listContacts();
  return new Map(contacts.map(({ publicKey, alias }) => [publicKey, alias]));
}

/** The backup after the last change is there, and so is the one at the neighbours, which goes out before it. */
async function backedUp(): Promise<void> {
  const { contacts } = await alice.client.listContacts();
  await vi.waitFor(async () => {
    const { backups } = await alice.client.listBackups();
    expect(backups[0]).toMatchObject({ accounts: NEIGHBOURS, contacts: contacts.length });
  }, BACK);
}

async function kill({ geo }: Alice): Promise<void> {
  const { pid } = await readApiFiles(geo.path);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), BACK);
}

/** All neighbours have shown the same books. */
async function untilAgreed(): Promise<void> {
  await vi.waitFor(async () => {
    const { accounts, missing } = await alice.client.getRestoration();
    expect(missing).toEqual([]);
    expect(accounts.map(({ standing }) => standing)).toEqual(Array.from({ length: NEIGHBOURS }, () => 'agreed'));
  }, BACK);
}

/** Nothing is signed: a payment is refused. */
async function expectFrozen(): Promise<void> {
  const { code } = await refused(alice.client.pay({ to: 'Neighbour 0', equivalent: 'UAH', amount: '1' }));
  expect(code).toBe('node-restored');
  const status = await alice.client.getStatus();
  expect(status.restored).toMatchObject({ frozen: true });
}

/** The owner confirms; the limits are signed anew, all is in use on both sides, and Alice pays again. */
async function confirmAndPay(books: Awaited<ReturnType<typeof booksOf>>): Promise<void> {
  const shown = await alice.geo.run(['restore', 'confirm', '--yes']);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('Confirmed.');
  expect(await booksOf(alice)).toEqual(books);
  for (const neighbour of neighbours) await pay(alice, neighbour, '0.01');
  for (const { client, name } of neighbours) {
    const [account] = (await client.getBalance({})).accounts;
    const before = Number(books[name]?.balance);
    expect([name, account?.standing, Number(account?.balance)]).toEqual([
      ...[name, 'confirmed'],
      Number((0.01 - before).toFixed(2)),
    ]);
    const [lines] = (await client.listTrustLines({})).trustLines;
    expect([lines?.received?.conflicting, lines?.given?.conflicting]).toEqual([false, false]);
  }
  expect((await alice.client.getStatus()).restored).toBeNull();
}

beforeAll(async () => {
  folders = await GeoFolders.create();
  const geo = folders.add('alice');
  const { words: own } = await geo.json<{ words: string }>(['init', ...HERE]);
  words = own;
  const names = Array.from({ length: NEIGHBOURS }, (_, number) => `Neighbour ${number}`);
  const starting = names.map((name) => startParticipant(name, join(folders.path, name)));
  neighbours.push(...(await Promise.all(starting)));
  alice = await start(geo);
  await Promise.all(neighbours.map(befriend));
});

afterAll(async () => {
  await Promise.all(neighbours.map(({ node }) => node.stop('the test is over')));
  await folders.close();
});

describe('a node that has lost its folder', () => {
  it('gets accounts, balances, limits and contacts back from words and one neighbour', async () => {
    await backedUp();
    await alice.geo.json(['backup', '--out', join(folders.path, 'old.backup')]);
    // After the backup: what it does not know.
    await pay(alice, neighbours[0] as Person, '3.5');
    await pay(neighbours[1] as Person, alice, '0.25');
    const terms = { equivalent: 'UAH', limit: '77', waitMs: 30_000 };
    await alice.client.setTrustLine({ who: 'Neighbour 2', ...terms });
    const books = await booksOf(alice);
    const contacts = await contactsOf(alice);
    const last = neighbours.at(-1) as TestNode;
    await last.node.stop('to be offline');
    await kill(alice);
    await rm(alice.geo.path, { recursive: true });

    const geo = folders.add('alice-by-words');
    const card = await cardOf(neighbours[3] as Person);
    const restored = await geo.run(['restore', '--words', '--neighbour', card, ...HERE], `${words}\n`);
    expect([restored.code, restored.stderr]).toEqual([0, expect.not.stringContaining(words)]);
    expect(restored.stdout).toContain(
      'Your words bring back who you are; your balances come back from your neighbours',
    );
    alice = await start(geo);
    // It is known that there is an account with the one who is offline, and nothing more.
    await vi.waitFor(async () => {
      const { accounts, missing } = await alice.client.getRestoration();
      expect(missing).toMatchObject([{ neighbour: { name: last.name }, equivalent: 'UAH', linked: false }]);
      expect(accounts.filter(({ standing }) => standing === 'agreed')).toHaveLength(NEIGHBOURS - 1);
    }, BACK);
    expect((await geo.run(['restore', 'status'])).stdout).toMatch(/Neighbour 9 .*waits for them \(offline\)/);
    await startAgain(last);
    await untilAgreed();
    await expectFrozen();
    expect(await booksOf(alice)).toEqual(books);
    expect(await contactsOf(alice)).toEqual(contacts);
    const { stdout } = await geo.run(['restore', 'status']);
    expect(stdout.match(/they agree; confirm it/g)).toHaveLength(NEIGHBOURS);
    await confirmAndPay(books);
  });

  it('catches up by its neighbours from an old backup file', async () => {
    const books = await booksOf(alice);
    await kill(alice);
    await rm(alice.geo.path, { recursive: true });
    const geo = folders.add('alice-by-backup');
    const wordsFile = join(folders.path, 'words');
    await writeFile(wordsFile, words);
    const old = join(folders.path, 'old.backup');
    const verified = await geo.json<{ accounts: number }>(['backup', 'verify', old, '--words-file', wordsFile]);
    expect(verified.accounts).toBe(NEIGHBOURS);
    await geo.json(['restore', old, '--words-file', wordsFile]);
    expect(readFileSync(join(geo.path, 'config.toml'), 'utf8')).toContain('network = "geo"');
    alice = await start(geo);
    await untilAgreed();
    await expectFrozen();
    expect(await booksOf(alice)).toEqual(books);
    await confirmAndPay(books);
  });
});

describe('a node whose store', () => {
  it('is damaged keeps what can be read, and asks its neighbours for the rest', async () => {
    const books = await booksOf(alice);
    await alice.geo.json(['stop']);
    const store = join(alice.geo.path, 'store');
    const [largest] = readdirSync(store)
      .map((name) => join(store, name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
    const bytes = readFileSync(largest as string);
    for (let at = 500; at < bytes.length; at += 1_500) bytes[at] = (bytes[at] as number) ^ 0x40;
    writeFileSync(largest as string, bytes);
    alice = await start(alice.geo);
    expect(readdirSync(alice.geo.path).filter((name) => name.startsWith('store.damaged-'))).toHaveLength(1);
    await untilAgreed();
    await expectFrozen();
    expect(await booksOf(alice)).toEqual(books);
    await confirmAndPay(books);
  });

  it('is gone knows that it lost it', async () => {
    await alice.geo.json(['stop']);
    const [store, away] = [join(alice.geo.path, 'store'), join(folders.path, 'store-away')];
    const watermark = `${store}.watermark`;
    await rename(store, away);
    await rename(watermark, `${away}.watermark`);
    alice = await start(alice.geo);
    expect((await alice.client.getStatus()).restored).toMatchObject({ frozen: true });
    await alice.geo.json(['stop']);
    // It is found again.
    await rm(store, { recursive: true });
    await rename(away, store);
    await rename(`${away}.watermark`, watermark);
    alice = await start(alice.geo);
    expect((await alice.client.getStatus()).restored).toBeNull();
  });
});

describe('a node that moves', () => {
  it('ends in its folder for good, and goes on from the file', async () => {
    const books = await booksOf(alice);
    const file = join(folders.path, 'moved.backup');
    await alice.geo.json(['move', file]);
    const again = await alice.geo.json(['start'], 1);
    expect(again.error).toMatchObject({ code: 'node-moved', message: expect.stringContaining(file) });
    const geo = folders.add('alice-elsewhere');
    await geo.json(['restore', file, '--key-folder', alice.geo.path]);
    alice = await start(geo);
    await untilAgreed();
    await confirmAndPay(books);
  });
});

describe('geo restore', () => {
  it('replaces nothing that is there, and says what is missing', async () => {
    const [file, wordsFile] = [join(folders.path, 'moved.backup'), join(folders.path, 'words')];
    const occupied = await alice.geo.json(['restore', file, '--words-file', wordsFile], 1);
    expect(occupied.error?.code).toBe('store-exists');
    const fresh = folders.add('fresh');
    for (const [argv, code, text] of [
      [['restore'], 3, /24 words are asked for/],
      [['restore', file, '--words-file', file], 3, /words/],
      [['restore', wordsFile, '--words-file', wordsFile], 1, /not a backup file/],
      [['restore', join(folders.path, 'none'), '--words-file', wordsFile], 1, /no such file/],
      [['restore', '--words-file', wordsFile, '--neighbour', 'Bob'], 3, /card/],
      [['restore', '--words-file', wordsFile, '--neighbour', '/ip4/127.0.0.1/tcp/4610'], 3, /peer id/],
      [['restore', file, '--words-file', wordsFile, '--network', 'other'], 3, /network/],
      [['restore', '--old-copy'], 1, /identity/],
      [['backup', 'verify', file], 1, /identity/],
    ] as const) {
      const ran = await fresh.json(argv, code);
      expect([argv, ran.error?.message]).toEqual([argv, expect.stringMatching(text)]);
    }
    expect(() => statSync(fresh.path)).toThrow(/ENOENT/);
  });

  it('takes a folder that was copied back for what it is', async () => {
    await alice.geo.json(['stop']);
    const out = join(folders.path, 'stopped.backup');
    const made = await alice.geo.json<{ path: string; accounts: number }>(['backup', '--out', out]);
    expect([made.path, made.accounts]).toEqual([out, NEIGHBOURS]);
    const { backups } = await alice.geo.json<Result<'listBackups'>>(['backup', 'list']);
    expect(backups[0]).toMatchObject({ accounts: NEIGHBOURS, network: 'geo' });
    expect((await alice.geo.run(['backup', 'verify', out])).stdout).toMatch(/^The backup is whole\./);
    await alice.geo.json(['restore', '--old-copy']);
    alice = await start(alice.geo);
    await untilAgreed();
    await expectFrozen();
  });
});
