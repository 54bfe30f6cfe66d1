import { readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBackup } from '#node/backup/file.ts';
import { Backups } from '#node/backup/keeper.ts';
import { openKept } from '#node/backup/kept.ts';
import { type Contact, Contacts } from '#node/contacts.ts';
import { openStore } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { Command, Notice } from '#protocol/event.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { Records } from '#protocol/records.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const alice = person(1);
const bob = person(2);
const carol = person(3);
const identity = { seed: alice.seed, publicKey: alice.key };
const DAY_MS = 86_400_000;
const lineSet: Notice = { type: 'trust-line', from: alice.key, to: bob.key, equivalent: 'UAH' };

async function keeper() {
  const dataDir = temporaryFolder();
  const backupDir = join(dataDir, 'backups');
  const clock = new ManualClock(THEN_MS);
  const store = await openStore(dataDir, { clock });
  onTestFinished(() => store.close());
  const records = new Records(alice.key, 'geo-test', store.read);
  const documents = store.documents<Contact>('contact');
  const contacts = await Contacts.open({
    ...{ self: alice.key, network: 'geo-test', verify, documents, strangers: () => [] },
  });
  const handedOut: Command[] = [];
  const backups = new Backups({
    ...{ identity, dataDir, backupDir, records, store, contacts, clock, log: pino({ level: 'silent' }) },
    handOut: (command) => {
      handedOut.push(command);
      if (command.type !== 'keep-backup') return;
      records.apply({ type: 'backup', owner: alice.key, seq: clock.nowMs(), sealed: command.sealed });
    },
  });
  /** Lets the time pass after which a change is backed up; `stop` waits for what was begun. */
  const pass = async (ms: number): Promise<void> => {
    const files = await backups.list().catch(() => []);
    clock.advance(ms);
    // The last change is in a file, or it is known why not.
    await vi.waitFor(async () => {
      if (backups.trouble === null) expect(await backups.list()).not.toHaveLength(files.length);
    }, 20_000);
  };
  return { dataDir, backupDir, clock, records, contacts, handedOut, backups, pass };
}

describe('backups', () => {
  it('are made once, soon after changes of structure, with contacts, accounts and settings', async () => {
    const { dataDir, records, contacts, handedOut, backups, pass } = await keeper();
    await contacts.put({ publicKey: bob.key, alias: 'Bob' }, THEN_MS);
    records.apply(emptyAccount(bob.key, 'UAH'));
    writeFileSync(join(dataDir, 'config.toml'), 'name = "Alice"\n');
    for (let time = 0; time < 10; time++) backups.notice(lineSet);
    backups.notice({ type: 'account', neighbour: bob.key, equivalent: 'UAH' });
    await pass(2_000);
    const files = await backups.list();
    expect(files).toMatchObject([{ accounts: 1, contacts: 1, createdAtMs: THEN_MS + 2_000, network: 'geo-test' }]);
    const { readFile } = await import('node:fs/promises');
    const opened = await openBackup(await readFile(files[0]?.path ?? ''), identity);
    expect(opened).toMatchObject({ settings: 'name = "Alice"\n', contacts: [{ alias: 'Bob' }] });
    expect(opened.records.map(({ type }) => type)).toEqual(['node', 'account']);
    expect(handedOut).toHaveLength(1);
  });

  it('are not made of payments alone, but once a day', async () => {
    const { records, clock, backups, pass } = await keeper();
    records.apply(emptyAccount(bob.key, 'UAH'));
    await backups.start();
    clock.advance(2_000);
    await vi.waitFor(async () => expect(await backups.list()).toHaveLength(1), 20_000);
    backups.notice({ type: 'account', neighbour: bob.key, equivalent: 'UAH' });
    clock.advance(DAY_MS / 2);
    expect(await backups.list()).toHaveLength(1);
    clock.advance(DAY_MS / 2);
    await pass(2_000);
    expect(await backups.list()).toHaveLength(2);
  });

  it('go to neighbours only when they say something new', async () => {
    const { records, contacts, handedOut, backups, pass } = await keeper();
    records.apply(emptyAccount(bob.key, 'UAH'));
    backups.changed();
    await pass(2_000);
    backups.changed();
    await pass(60_000);
    expect(handedOut).toHaveLength(1);
    await contacts.put({ publicKey: carol.key, alias: 'Carol' }, THEN_MS);
    backups.changed();
    await pass(60_000);
    expect(handedOut).toHaveLength(2);
    const last = handedOut[1] as Extract<Command, { type: 'keep-backup' }>;
    expect(openKept(last.sealed, alice.seed)?.people.map(({ publicKey }) => publicKey)).toEqual([bob.key, carol.key]);
    expect(await backups.list()).toHaveLength(3);
  });

  it('are not made by themselves while records are missing, or of nothing', async () => {
    const { records, clock, backupDir, handedOut, backups } = await keeper();
    backups.changed();
    clock.advance(2_000);
    records.apply(emptyAccount(bob.key, 'UAH'));
    records.apply({ ...EMPTY_NODE, isFrozen: true, restoredAtMs: THEN_MS });
    backups.changed();
    clock.advance(60_000);
    // Waits for what was begun.
    await backups.stop();
    expect(() => readdirSync(backupDir)).toThrow(/ENOENT/);
    expect(handedOut).toEqual([]);
  });

  it('are made again once the owner has confirmed what came back', async () => {
    const { records, backups, pass } = await keeper();
    records.apply(emptyAccount(bob.key, 'UAH'));
    records.apply({ ...EMPTY_NODE, isFrozen: false, restoredAtMs: THEN_MS });
    backups.notice({ type: 'confirmed' });
    await pass(2_000);
    expect(await backups.list()).toHaveLength(1);
  });

  it('that cannot be written say why, until one can', async () => {
    const { records, clock, backupDir, backups, pass } = await keeper();
    records.apply(emptyAccount(bob.key, 'UAH'));
    writeFileSync(backupDir, 'a file, not a folder');
    await backups.start();
    await pass(2_000);
    expect(backups.trouble).toEqual({
      code: 'folder-unreadable',
      text: expect.stringMatching(/No backup can be written to .*backups/) as string,
    });
    await expect(backups.now()).rejects.toMatchObject({ code: 'folder-unreadable' });
    await rm(backupDir);
    clock.advance(600_000);
    await vi.waitFor(() => expect(backups.trouble).toBeNull(), 20_000);
    expect(await backups.list()).toHaveLength(1);
  });

  it('are made at the end of what was not yet', async () => {
    const { records, backups } = await keeper();
    records.apply(emptyAccount(bob.key, 'UAH'));
    backups.changed();
    await backups.stop();
    expect(await backups.list()).toHaveLength(1);
  });
});
