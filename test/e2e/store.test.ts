import { createHash } from 'node:crypto';
import { closeSync, cpSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '#node/failure.ts';
import { openDatabase } from '#node/store/database.ts';
import { SCHEMA_VERSION } from '#node/store/schema.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { encodeValue } from '#node/store/value.ts';
import { MAX_TIME_MS } from '#protocol/limits.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { numbered } from '#test/support/announcements.ts';
import { person } from '#test/support/people.ts';
import { someRecords, temporaryFolder } from '#test/support/store.ts';

const self = person(1).key;

const open: Store[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

async function opened(folder: string): Promise<Store> {
  const store = await openStore(folder);
  open.push(store);
  return store;
}

async function closeAll(): Promise<void> {
  for (const store of open.splice(0)) await store.close();
}

async function loaded(folder: string): Promise<Store> {
  const store = await opened(folder);
  await store.load(new Records(self, 'geo', store.read));
  return store;
}

/** A closed store with tables and a log in which these records are. */
async function filled(folder: string, records: Iterable<DurableRecord>): Promise<void> {
  const all = [...records];
  const halves = [all.slice(0, all.length / 2), all.slice(all.length / 2)];
  for (const half of halves) {
    const store = await openStore(folder);
    for (const record of half) await store.write([record], { sync: true });
    await store.close();
  }
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const failure = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  return failure as Failure;
}

describe('a store', () => {
  it('holds after reopening all that was written, in its last version', async () => {
    const folder = temporaryFolder();
    const records = someRecords(300, 1);
    await filled(folder, records.values());
    const store = await loaded(folder);
    for (const [key, record] of records) expect(store.read(key)).toStrictEqual(record);
    expect(store.read('payment/unknown')).toBeUndefined();
  });

  it('keeps of records that a batch holds twice the later one', async () => {
    const folder = temporaryFolder();
    const node = { ...EMPTY_NODE, clockHighMs: 1 };
    await filled(folder, []);
    const store = await opened(folder);
    await store.write([node, { ...node, clockHighMs: 2 }], { sync: true });
    await closeAll();
    expect((await loaded(folder)).read('node')).toStrictEqual({ ...node, clockHighMs: 2 });
  });

  it('has nothing of a line of the map once that is forgotten, also in one batch with it, and can take it again', async () => {
    const folder = temporaryFolder();
    const [kept, gone] = [1, 2].map(
      (number): DurableRecord => ({ type: 'announcement', signed: numbered(number, { expiresAtMs: MAX_TIME_MS }) }),
    ) as [DurableRecord, DurableRecord];
    const { from, to, equivalent } = numbered(2).announcement;
    const forgotten = { type: 'forgotten-announcement', from, to, equivalent } as const;
    await filled(folder, []);
    const store = await opened(folder);
    const sync = { sync: true };
    await store.write([kept, gone], sync);
    const { values } = await store.verify();
    await store.write([forgotten], sync);
    expect([store.read(recordKey(forgotten)), await store.verify()]).toEqual([undefined, { values: values - 1 }]);
    await store.write([gone, forgotten], sync);
    await closeAll();
    const again = await loaded(folder);
    expect([again.read(recordKey(forgotten)), await again.verify()]).toEqual([undefined, { values: values - 1 }]);
    await again.write([forgotten, gone], sync);
    expect(again.read(recordKey(forgotten))).toStrictEqual(gone);
  });

  it('reads all records of a type in the order of their keys', async () => {
    const folder = temporaryFolder();
    const records = someRecords(200, 2);
    await filled(folder, records.values());
    const store = await loaded(folder);
    const keys: string[] = [];
    for await (const record of store.entries('account/')) keys.push(recordKey(record));
    const expected = [...records.keys()].filter((key) => key.startsWith('account/')).sort();
    expect(keys).toStrictEqual(expected);
    expect(keys.length).toBeGreaterThan(5);
  });

  it('takes writes from several places at once', async () => {
    const folder = temporaryFolder();
    const records = [...someRecords(40, 9).values()];
    const store = await opened(folder);
    const documents = store.documents<number>('number');
    await Promise.all(
      records.flatMap((record, at) => [store.write([record], { sync: at % 2 === 0 }), documents.put('last', at)]),
    );
    expect((await store.verify()).values).toBeGreaterThan(records.length);
    await closeAll();
    const again = await loaded(folder);
    for (const record of records) expect(again.read(recordKey(record))).toStrictEqual(record);
    expect(again.documents('number').get('last')).toBe(records.length - 1);
  });

  it('keeps documents of several kinds apart', async () => {
    const folder = temporaryFolder();
    const store = await opened(folder);
    const contacts = store.documents<{ name: string; limit: bigint }>('contact');
    await contacts.put('bob', { name: 'Bob', limit: 5n });
    await contacts.put('ann', { name: 'Ann', limit: 6n });
    await contacts.put('eve', { name: 'Eve', limit: 7n });
    await contacts.delete('eve');
    await store.documents<number>('token').put('bob', 7);
    await closeAll();
    const again = (await loaded(folder)).documents<{ name: string; limit: bigint }>('contact');
    expect(again.get('bob')).toStrictEqual({ name: 'Bob', limit: 5n });
    expect(again.get('eve')).toBeUndefined();
    const entries: unknown[] = [];
    for await (const entry of again.entries()) entries.push(entry);
    expect(entries).toStrictEqual([
      ['ann', { name: 'Ann', limit: 6n }],
      ['bob', { name: 'Bob', limit: 5n }],
    ]);
  });
});

describe('damage', () => {
  it('by one flipped bit anywhere is noticed or changes nothing', async () => {
    const original = temporaryFolder();
    const records = someRecords(60, 3);
    await filled(original, records.values());
    let noticed = 0;
    for (let round = 0; round < 120; round++) {
      const folder = temporaryFolder();
      cpSync(original, folder, { recursive: true });
      const flipped = flipBit(folder, round);
      const failure = await loaded(folder).then(
        (store) => {
          for (const [key, record] of records) expect([flipped, store.read(key)]).toStrictEqual([flipped, record]);
          return null;
        },
        (error: unknown) => error,
      );
      if (failure !== null) {
        noticed++;
        expect([flipped, failure]).toMatchObject([flipped, { name: 'Failure', code: 'store-corrupt' }]);
      }
      await closeAll();
      rmSync(folder, { recursive: true });
    }
    // A few bits matter to nobody: those of LevelDB's own text log, or of a table's padding and index.
    expect(noticed).toBeGreaterThan(60);
  });

  it.each([/\.log$/, /\.ldb$/, /^MANIFEST/, /^CURRENT$/])('by the loss of a file %s is noticed', async (pattern) => {
    const folder = temporaryFolder();
    await filled(folder, someRecords(20, 4).values());
    const file = readdirSync(join(folder, 'store')).find((name) => pattern.test(name)) as string;
    rmSync(join(folder, 'store', file));
    expect(await failureOf(loaded(folder))).toMatchObject({ code: 'store-corrupt' });
  });

  it('by the loss of the whole database, or of its watermark, is noticed each time', async () => {
    const folder = temporaryFolder();
    await filled(folder, someRecords(20, 5).values());
    cpSync(join(folder, 'store.watermark'), join(folder, 'kept'));
    rmSync(join(folder, 'store.watermark'));
    for (let time = 0; time < 2; time++) {
      const failure = await failureOf(loaded(folder));
      expect(failure.message).toContain('store.watermark is missing');
    }
    cpSync(join(folder, 'kept'), join(folder, 'store.watermark'));
    rmSync(join(folder, 'store'), { recursive: true });
    for (let time = 0; time < 2; time++) {
      const failure = await failureOf(loaded(folder));
      expect(failure).toMatchObject({ code: 'store-corrupt' });
      expect(failure.message).toContain('has lost what was written to it');
    }
  });

  it('by a database put back to an older state is noticed', async () => {
    const folder = temporaryFolder();
    const [first, ...others] = someRecords(20, 6).values();
    await filled(folder, [first as DurableRecord]);
    cpSync(join(folder, 'store'), join(folder, 'old'), { recursive: true });
    await filled(folder, others);
    rmSync(join(folder, 'store'), { recursive: true });
    cpSync(join(folder, 'old'), join(folder, 'store'), { recursive: true });
    const failure = await failureOf(loaded(folder));
    expect(failure).toMatchObject({ code: 'store-corrupt' });
    expect(failure.message).toMatch(/the last \d+ batches that were written to .* are missing/);
  });

  it('of the index or the filter of a table is noticed, although all records can still be listed', async () => {
    const original = temporaryFolder();
    const records = someRecords(40, 10);
    await filled(original, records.values());
    // Opened once more, so that no record is only in the log.
    await filled(original, []);
    const tables = readdirSync(join(original, 'store')).filter((it) => it.endsWith('.ldb'));
    let noticed = 0;
    for (const table of tables) {
      const whole = readFileSync(join(original, 'store', table));
      // They are its last part.
      for (let fromEnd = 1; fromEnd < Math.min(500, whole.length); fromEnd += 7) {
        const folder = temporaryFolder();
        cpSync(original, folder, { recursive: true });
        const bytes = Uint8Array.from(whole);
        bytes[bytes.length - fromEnd] = (bytes[bytes.length - fromEnd] as number) ^ 0x10;
        writeFileSync(join(folder, 'store', table), bytes);
        const store = await loaded(folder).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'store-corrupt' });
          noticed++;
          return null;
        });
        for (const [key, record] of records) if (store !== null) expect(store.read(key)).toStrictEqual(record);
        await closeAll();
        rmSync(folder, { recursive: true });
      }
    }
    expect(noticed).toBeGreaterThan(20);
  });

  it('by one record that is missing, or is an older version of itself, is noticed', async () => {
    const original = temporaryFolder();
    const store = await opened(original);
    const node = { ...EMPTY_NODE, clockHighMs: 1 };
    await store.write([node], { sync: true });
    await closeAll();
    const level = (folder: string) => new Level<string, Uint8Array>(join(folder, 'store'), { valueEncoding: 'view' });
    const before = level(original);
    const old = await before.get('node');
    await before.close();
    await filled(original, [{ ...node, clockHighMs: 2 }]);
    for (const damage of [
      (db: Level<string, Uint8Array>) => db.del('node'),
      (db: Level<string, Uint8Array>) => db.put('node', old),
    ]) {
      const folder = temporaryFolder();
      cpSync(original, folder, { recursive: true });
      const database = level(folder);
      await damage(database);
      await database.close();
      const failure = await failureOf(loaded(folder));
      expect(failure.code).toBe('store-corrupt');
      expect(failure.message).toMatch(/lacks records or holds old ones \(\d of \d were read\)/);
      await closeAll();
    }
  });

  it('by a write that was cut short costs no more than that write', async () => {
    const folder = temporaryFolder();
    const [first, second, third] = someRecords(5, 8).values() as unknown as [
      DurableRecord,
      DurableRecord,
      DurableRecord,
    ];
    const store = await openStore(folder);
    await store.write([first], { sync: true });
    await store.write([second], { sync: true });
    const watermark = readFileSync(join(folder, 'store.watermark'));
    await store.write([third], { sync: true });
    await store.close();
    const log = join(folder, 'store', readdirSync(join(folder, 'store')).find((it) => it.endsWith('.log')) as string);
    const whole = readFileSync(log);
    for (let cut = 1; cut < 200; cut += 22) {
      writeFileSync(log, whole.subarray(0, whole.length - cut));
      writeFileSync(join(folder, 'store.watermark'), watermark);
      const torn = temporaryFolder();
      cpSync(folder, torn, { recursive: true });
      const again = await loaded(torn);
      expect(again.read(recordKey(second))).toStrictEqual(second);
      expect(again.read(recordKey(third))).toBeUndefined();
      await closeAll();
    }
  });

  describe('of a table', () => {
    const [id, txId] = [sha256Of('a payment'), sha256Of('a transaction')];
    const paid = { type: 'paid', payer: self, paymentId: id as PaymentId, txId: txId as TxId } as const;

    /** A folder with a table that holds the record; where the table is, and where the record in it. */
    async function withTable(folder: string): Promise<{ readonly table: string; readonly at: number }> {
      await filled(folder, [paid]);
      // Opened once more, so that LevelDB moves its log into a table, which it reads without checking.
      await filled(folder, []);
      const files = readdirSync(join(folder, 'store')).map((name) => join(folder, 'store', name));
      const holds = (path: string) => path.endsWith('.ldb') && readFileSync(path).includes(txId, 0, 'hex');
      const table = files.find(holds) as string;
      return { table, at: readFileSync(table).indexOf(txId, 0, 'hex') };
    }

    function damage(table: string, at: number): void {
      const file = openSync(table, 'r+');
      writeSync(file, Buffer.from([0xff & ~(readFileSync(table)[at] as number)]), 0, 1, at);
      closeSync(file);
    }

    it('names the file at each start, and leaves the files as they are', async () => {
      const folder = temporaryFolder();
      const { table, at } = await withTable(folder);
      damage(table, at);
      const before = readFileSync(table);
      for (let time = 0; time < 2; time++) {
        const failure = await failureOf(loaded(folder));
        expect(failure).toMatchObject({
          code: 'store-corrupt',
          hint: expect.stringContaining('sets the damaged files aside'),
        });
        expect(failure.message).toContain(`the file ${table} does not match its checksums`);
      }
      expect(readFileSync(table)).toStrictEqual(before);
    });

    it('names the record when it happens while the store is open', async () => {
      const folder = temporaryFolder();
      const { table, at } = await withTable(folder);
      const store = await opened(folder);
      damage(table, at);
      expect(() => store.read(recordKey(paid))).toThrow(`"${recordKey(paid)}" does not match its checksum`);
      expect(await failureOf(store.verify())).toMatchObject({ code: 'store-corrupt' });
    });
  });
});

describe('the version of a store', () => {
  async function withSchema(value: unknown): Promise<string> {
    const folder = temporaryFolder();
    await filled(folder, []);
    const database = await openDatabase(join(folder, 'store'), join(folder, 'store.watermark'));
    await database.write({ sync: true }, (batch) => {
      if (value === undefined) batch.delete('meta/schema');
      else batch.put('meta/schema', encodeValue(value));
    });
    await database.close();
    return folder;
  }

  it('that is newer than the program is refused, and the lock given back', async () => {
    const folder = await withSchema(SCHEMA_VERSION + 1);
    for (let time = 0; time < 2; time++) {
      const failure = await failureOf(openStore(folder));
      expect(failure).toMatchObject({ code: 'store-newer', hint: expect.stringContaining('later version') });
      expect(failure.message).toContain(`version ${SCHEMA_VERSION + 1}; this program knows up to ${SCHEMA_VERSION}`);
    }
  });

  it.each([undefined, 'one', null, 0, 1.5, -1])('that is %s counts as damage', async (value) => {
    expect(await failureOf(openStore(await withSchema(value)))).toMatchObject({ code: 'store-corrupt' });
  });
});

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

/** Flips one bit of one file of the folder, chosen by the number; says which. */
function flipBit(folder: string, number: number): string {
  const files = [
    join(folder, 'store.watermark'),
    ...readdirSync(join(folder, 'store')).map((it) => join(folder, 'store', it)),
  ]
    .filter((path) => readFileSync(path).length > 0)
    .sort();
  // Mostly tables and logs: there the records are.
  const heavy = files.filter((path) => /\.(ldb|log)$/.test(path));
  const chosen = number % 3 === 0 ? files : heavy;
  const path = chosen[number % chosen.length] as string;
  const bytes = readFileSync(path);
  const bit = (number * 7_919 + 104_729 * number * number) % (bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  writeFileSync(path, bytes);
  return `bit ${bit} of ${path}`;
}
