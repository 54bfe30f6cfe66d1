/** Starts of a node that has passed payments on, after its store was copied, damaged, lost or moved. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { collectBackup } from '#node/backup/contents.ts';
import { openBackup, sealBackup } from '#node/backup/file.ts';
import { declareOldCopy, restoreInto } from '#node/backup/restore.ts';
import { type Opened, openAtStart, suspectDamage } from '#node/backup/start.ts';
import { NO_STARTS, noteStarts } from '#node/backup/starts.ts';
import { writeTombstone } from '#node/backup/tombstone.ts';
import { Failure } from '#node/failure.ts';
import { openStore } from '#node/store/store.ts';
import type { Account } from '#protocol/account.ts';
import { EMPTY_HEAD, headAfter } from '#protocol/journal.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { key, NETWORK, verify } from '#test/support/packets.ts';
import { person, THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';
import { clock, recordsOfIntermediary } from '#test/support/store-folders.ts';

const batches = recordsOfIntermediary(5);
const log = pino({ level: 'silent' });
/** Whose records these are is known by a name only; the seals need a seed. */
const identity = { seed: person(1).seed, publicKey: key('B') };

async function madeFolder(): Promise<string> {
  const folder = temporaryFolder();
  const store = await openStore(folder, { clock });
  for (const batch of batches) await store.write(batch, { sync: true });
  await store.close();
  await noteStarts(folder, NO_STARTS);
  return folder;
}

/** Opens, looks, closes. */
async function started<T>(folder: string, look: (opened: Opened) => T | Promise<T>): Promise<T> {
  const opened = await openAtStart({ folder, self: key('B'), network: NETWORK, verify, clock, log });
  try {
    return await look(opened);
  } finally {
    await opened.store.close();
  }
}

const money = ({ neighbour, equivalent, balance, limitGiven, limitReceived, reservedIn, reservedOut }: Account) => ({
  ...{ neighbour, equivalent, balance, limitGiven, limitReceived, reservedIn, reservedOut },
});

/** All that is owed, allowed and held. */
function booksOf({ records }: Opened) {
  const unsettled = [...records.unsettled()].map(({ txId, position, state }) => `${txId}/${position} ${state}`).sort();
  return { accounts: [...records.accounts()].map(money), unsettled };
}

/** Each journal is whole, ends where its account says, and nothing of an older one is left. */
async function expectWholeJournals({ store, records }: Opened): Promise<void> {
  let entries = 0;
  for (const account of records.accounts()) {
    let head = EMPTY_HEAD;
    let balance = 0n;
    for (let number = 1; number <= account.entries; number++) {
      const entry = records.entry(account.neighbour, account.equivalent, number);
      if (entry === undefined) throw new Error(`entry ${number} is missing`);
      head = headAfter(head, entry);
      balance += entry.delta;
    }
    expect([account.journalHead, account.balance]).toEqual([head, balance]);
    entries += account.entries;
  }
  let stored = 0;
  for await (const _ of store.entries('entry/')) stored++;
  expect(stored).toBe(entries);
}

function expectLoss({ records, isLoss }: Opened, standing = 'unsure'): void {
  expect(isLoss).toBe(true);
  expect(records.node).toMatchObject({ isFrozen: true, restoredAtMs: THEN_MS });
  for (const account of records.accounts()) expect(account.standing).toBe(standing);
}

/** Changes a bit in many places of the largest file. */
function damage(folder: string): void {
  const files = readdirSync(join(folder, 'store')).map((name) => join(folder, 'store', name));
  const largest = files.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const bytes = readFileSync(largest);
  for (let at = 400; at < bytes.length; at += 5_000) bytes[at] = (bytes[at] as number) ^ 4;
  writeFileSync(largest, bytes);
}

describe('a start', () => {
  it('of a whole store finds all as it was', async () => {
    await started(await madeFolder(), (opened) => {
      expect(opened).toMatchObject({ isLoss: false, isVerified: true });
      expect(opened.records.node.isFrozen).toBe(false);
      expect(booksOf(opened).accounts).toHaveLength(2);
    });
  });

  it('after damage sets the files aside, and makes the books of what can be read', async () => {
    const folder = await madeFolder();
    damage(folder);
    await started(folder, async (opened) => {
      expectLoss(opened);
      await expectWholeJournals(opened);
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('store.damaged-'))).toHaveLength(1);
    // It happens once.
    await started(folder, ({ isLoss, records }) => {
      expect(isLoss).toBe(false);
      expect(records.node.isFrozen).toBe(true);
    });
  });

  it('after damage was met at run time salvages, and loses nothing that can be read', async () => {
    const folder = await madeFolder();
    const before = await started(folder, booksOf);
    await suspectDamage(folder);
    await started(folder, async (opened) => {
      expectLoss(opened);
      expect(booksOf(opened)).toEqual(before);
      await expectWholeJournals(opened);
    });
    await started(folder, ({ isLoss }) => expect(isLoss).toBe(false));
  });

  it('of books that are not what the documents prove makes them anew', async () => {
    const folder = await madeFolder();
    const before = await started(folder, booksOf);
    const store = await openStore(folder, { clock });
    for await (const account of store.entries('account/')) {
      if (account.type === 'account')
        await store.write([{ ...account, balance: account.balance + 1n }], { sync: true });
    }
    await store.close();
    await started(folder, async (opened) => {
      expectLoss(opened);
      expect(booksOf(opened)).toEqual(before);
      await expectWholeJournals(opened);
    });
    await started(folder, ({ isLoss }) => expect(isLoss).toBe(false));
  });

  it.each([[['store', 'store.watermark']], [['store']], [['store.watermark']]])(
    'without %s knows of the loss',
    async (gone) => {
      const folder = await madeFolder();
      for (const name of gone) rmSync(join(folder, name), { recursive: true });
      await started(folder, (opened) => expectLoss(opened));
    },
  );

  it('of a folder in which none has been is that of a new node', async () => {
    await started(temporaryFolder(), ({ records, isLoss }) => {
      expect([isLoss, records.node.isFrozen]).toEqual([false, false]);
    });
  });

  it('is refused where the node has moved away, whatever the tombstone says', async () => {
    const folder = await madeFolder();
    const refused = () => started(folder, () => undefined).catch((error: unknown) => error);
    await writeTombstone(folder, { movedAtMs: THEN_MS, file: '/media/usb/moved.backup' });
    const why = await refused();
    expect(why).toBeInstanceOf(Failure);
    expect(why).toMatchObject({ code: 'node-moved', message: expect.stringContaining('/media/usb/moved.backup') });
    writeFileSync(join(folder, 'moved.json'), 'no longer readable');
    expect(await refused()).toMatchObject({ code: 'node-moved' });
  });
});

describe('a backup', () => {
  it('brings back the books, what is unsettled, and what counts', async () => {
    const folder = await madeFolder();
    const { before, bytes } = await started(folder, async (opened) => {
      const { records, store } = opened;
      const backup = await collectBackup({ records, store, contacts: [], settings: null }, THEN_MS);
      return { before: booksOf(opened), bytes: await sealBackup(backup, identity) };
    });
    const other = join(temporaryFolder(), 'other');
    const backup = await openBackup(bytes, identity);
    await restoreInto(
      other,
      { seed: person(1).seed, passphrase: null, backup, settings: 'x = 1\n', neighbours: [] },
      clock,
    );
    expect(readFileSync(join(other, 'config.toml'), 'utf8')).toBe('x = 1\n');
    await started(other, async (opened) => {
      expectLoss({ ...opened, isLoss: true });
      expect(booksOf(opened)).toEqual(before);
      await expectWholeJournals(opened);
      for (const account of opened.records.accounts()) {
        for (let number = 1; number <= account.entries; number++) {
          const hop = opened.records.entry(account.neighbour, account.equivalent, number)?.hop;
          expect(opened.records.positions(hop?.txId ?? ('' as never))).not.toEqual([]);
        }
      }
    });
  });

  it('replaces nothing', async () => {
    const folder = await madeFolder();
    const restoring = { seed: person(1).seed, passphrase: null, backup: null, settings: null, neighbours: [] };
    await expect(restoreInto(folder, restoring, clock)).rejects.toMatchObject({ code: 'store-exists' });
    expect(existsSync(join(folder, 'identity.json'))).toBe(false);
  });

  it('that comes back in part is known as a loss at the next start', async () => {
    const folder = join(temporaryFolder(), 'new');
    const restoring = { seed: person(1).seed, passphrase: null, backup: null, settings: null, neighbours: [] };
    await restoreInto(folder, restoring, clock);
    // As after a crash before the store was in its place.
    for (const name of ['store', 'store.watermark']) rmSync(join(folder, name), { recursive: true });
    await started(folder, (opened) => expectLoss(opened));
  });
});

describe('those who are hosted on the folder', () => {
  const mandate = mandateOf(person(3), person(1), [{ neighbour: person(4).key, equivalent: 'UAH', cap: 5n }]);

  /** One has the same records in a section, and a mandate; one has no accounts yet; a third has nothing left. */
  async function hostingFolder(): Promise<string> {
    const folder = await madeFolder();
    const store = await openStore(folder, { clock });
    for (const name of ['B', 'D']) {
      const section = store.section(key(name));
      for (const batch of batches) await section.write(batch, { sync: true });
      await section.write([mandate], { sync: true });
    }
    await store.section(key('C')).write([EMPTY_NODE, mandate], { sync: true });
    await store.documents('profile').put('zz', { name: 'Zoe' });
    await store.erase(key('D'));
    expect((await store.sections()).toSorted()).toEqual([key('B'), key('C')].toSorted());
    await store.close();
    return folder;
  }

  async function expectFrozen(folder: string): Promise<void> {
    const store = await openStore(folder, { clock });
    const [ofB, ofC] = [store.section(key('B')), store.section(key('C'))];
    for (const section of [ofB, ofC]) {
      expect(section.read('node')).toMatchObject({ isFrozen: true, restoredAtMs: THEN_MS });
      const standings: string[] = [];
      for await (const record of section.entries('account/'))
        standings.push(record.type === 'account' ? record.standing : record.type);
      expect(standings).toEqual(section === ofB ? ['unsure', 'unsure'] : []);
      // Nothing is signed under what may have been used since.
      for await (const left of section.entries('mandate/')) expect(left).toBeUndefined();
    }
    expect(await store.sections()).toHaveLength(2);
    await store.close();
  }

  it('are frozen with an old copy', async () => {
    const folder = await hostingFolder();
    expect(await declareOldCopy(folder, clock)).toEqual({ hosted: 2 });
    await expectFrozen(folder);
  });

  it('are frozen when their host was salvaged', async () => {
    const folder = await hostingFolder();
    await suspectDamage(folder);
    const opened = await openAtStart({ folder, self: key('B'), network: NETWORK, verify, clock, log });
    await opened.store.close();
    await expectFrozen(folder);
  });
});

it('an old copy of a folder is frozen as a whole', async () => {
  const folder = await madeFolder();
  const before = await started(folder, booksOf);
  await declareOldCopy(folder, clock);
  await started(folder, (opened) => {
    expectLoss({ ...opened, isLoss: true });
    expect(booksOf(opened)).toEqual(before);
  });
});
