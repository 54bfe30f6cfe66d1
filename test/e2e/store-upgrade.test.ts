import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, type Store } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import { EMPTY_HEAD, headAfter } from '#protocol/journal.ts';
import { step } from '#protocol/machine/step.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { incomingCounts, incomingReserved, outgoingCounts, outgoingReserved } from '#protocol/position.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { key, NETWORK, sign } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';
import { clock, putFiles } from '#test/support/store-folders.ts';

/** Versions of the schema before this one, of which stores were made with make-store-fixture.ts. */
const VERSIONS = [1];

/** A folder as B of the chain A-B-C-D left it: payments behind it, one prepared, one committed but not acknowledged. */
async function opened(version: number): Promise<{ readonly store: Store; readonly records: Records }> {
  const file = join(import.meta.dirname, `../fixtures/store-${version}.json`);
  const files = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'store'));
  putFiles(folder, new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content, 'base64')])));
  const store = await openStore(folder, { clock });
  const records = new Records(key('B'), NETWORK, store.read);
  await store.load(records);
  return { store, records };
}

async function all<T extends DurableRecord['type']>(
  store: Store,
  type: T,
): Promise<Extract<DurableRecord, { type: T }>[]> {
  const found: DurableRecord[] = [];
  for await (const record of store.entries(type)) found.push(record);
  return found as Extract<DurableRecord, { type: T }>[];
}

describe.each(VERSIONS)('a store of version %i', (version) => {
  it('has all that records have now', async () => {
    const { store, records } = await opened(version);
    const form = (record: object): string[] => Object.keys(record).sort();
    expect(form(records.node)).toStrictEqual(form(EMPTY_NODE));
    expect(records.node.isFrozen).toBe(false);
    const accounts = await all(store, 'account');
    expect(accounts.length).toBeGreaterThan(1);
    for (const account of accounts) {
      expect(form(account)).toStrictEqual(form(emptyAccount(account.neighbour, account.equivalent)));
      expect(account.standing).toBe('confirmed');
    }
    const positions = (await all(store, 'transaction')).flatMap((transaction) => transaction.positions);
    for (const position of positions) if (position.state === 'aborted') expect(position.letGoAtMs).toBeNull();
    await store.close();
  });

  it('has books and journals that its transactions prove', async () => {
    const { store } = await opened(version);
    const positions = (await all(store, 'transaction')).flatMap((transaction) => transaction.positions);
    const entries = await all(store, 'entry');
    for (const account of await all(store, 'account')) {
      let [balance, reservedIn, reservedOut] = [0n, 0n, 0n];
      for (const position of positions) {
        const { nodes, amount } = position.route;
        if (nodes[position.position - 1] === account.neighbour) {
          if (incomingCounts(position)) balance += amount;
          if (incomingReserved(position)) reservedIn += amount;
        }
        if (nodes[position.position + 1] === account.neighbour) {
          if (outgoingCounts(position)) balance -= amount;
          if (outgoingReserved(position)) reservedOut += amount;
        }
      }
      expect(account).toMatchObject({ balance, reservedIn, reservedOut });
      const journal = entries.filter(({ neighbour }) => neighbour === account.neighbour);
      expect(journal.map(({ number }) => number)).toStrictEqual(journal.map((_, index) => index + 1));
      expect(journal.reduce((sum, { delta }) => sum + delta, 0n)).toBe(balance);
      expect(journal.reduce(headAfter, EMPTY_HEAD)).toBe(account.journalHead);
      expect(journal.length).toBe(account.entries);
    }
    expect(entries.length).toBeGreaterThan(5);
    await store.close();
  });

  it('goes on with the payment that was under way', async () => {
    const { store, records } = await opened(version);
    const prepared = [...records.unsettled()].find(
      ({ state, position, header }) => state === 'prepared' && position === 1 && header.receiver === key('D'),
    );
    if (prepared?.state !== 'prepared') throw new Error('nothing is prepared');
    const { txId, header, route } = prepared;
    const [c, d] = [key('C'), key('D')];
    const ofC = sign({ domain: 'geo/1/prepare', network: NETWORK, txId, routeIndex: 0, position: 2, signer: c });
    const commit = sign({ domain: 'geo/1/commit', network: NETWORK, txId, signer: d });
    const certificate = { txId, header, route, signatures: [...prepared.signatures, ofC], commit };
    const before = records.account(c, header.equivalent);
    const message = { type: 'commit', certificate } as const;
    const effects = step(records, { type: 'message', from: c, message, nowMs: THEN_MS + 1_000 }, sign);
    const saved = effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : []));
    await store.write(saved, { sync: true });
    expect(saved).toContainEqual({
      ...before,
      balance: (before?.balance ?? 0n) - route.amount,
      reservedOut: (before?.reservedOut ?? 0n) - route.amount,
      entries: (before?.entries ?? 0) + 1,
      journalHead: expect.not.stringMatching(before?.journalHead ?? ''),
    });
    const sent = effects.flatMap((effect) => (effect.type === 'send' ? [`${effect.message.type} ${effect.to}`] : []));
    expect(sent).toContain(`commit ${key('A')}`);
    await store.verify();
    await store.close();
  });
});
