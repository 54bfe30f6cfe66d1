/** Coming back after a loss, before anything is signed (§8.4). */
import { expect, it } from 'vitest';
import { restoredFromBackup, restoredFromPieces } from '#protocol/rebuild.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { chain, type Network } from '#test/support/network.ts';
import { key, NETWORK, UAH } from '#test/support/packets.ts';

/** A pays C through B, a checkpoint, and once more; one packet stays under way. */
function life(): Network {
  const net = chain('ABC');
  net.compares = true;
  net.pay('A', 'C', 10n);
  net.wait(1_000);
  for (const name of ['A', 'B', 'C']) net.command(name, { type: 'propose-checkpoints', which: 'all' });
  net.run();
  net.pay('A', 'C', 7n);
  net.wait(1_000);
  net.pay('A', 'C', 2n);
  net.until('B ---prepare--> C');
  return net;
}

function load(records: Iterable<DurableRecord>): Records {
  const loaded = new Records(key('B'), NETWORK);
  for (const record of records) loaded.apply(record);
  return loaded;
}

const booksOf = (records: Records) =>
  [...records.accounts()].map(({ neighbour, balance, reservedIn, reservedOut, limitGiven, limitReceived }) =>
    [neighbour, balance, reservedIn, reservedOut, limitGiven, limitReceived].join('/'),
  );

it('of whole records made anew, the books are the same, frozen and unsure', () => {
  const net = life();
  const before = [...net.machine('B').backup().values()];
  const pieces = load(restoredFromPieces(before, key('B'), net.nowMs));
  expect(booksOf(pieces).sort()).toEqual(booksOf(net.machine('B').records).sort());
  expect(pieces.node).toMatchObject({ isFrozen: true, restoredAtMs: net.nowMs });
  expect([...pieces.accounts()].map(({ standing }) => standing)).toEqual(['unsure', 'unsure']);
  const account = pieces.account(key('A'), UAH);
  let sum = 0n;
  for (let number = 1; number <= (account?.entries ?? 0); number++) {
    sum += pieces.entry(key('A'), UAH, number)?.delta ?? 0n;
  }
  expect(sum).toBe(account?.balance);
});

it('of records without their accounts and journals too', () => {
  const net = life();
  const left = [...net.machine('B').backup().values()].filter(({ type }) => type !== 'account' && type !== 'entry');
  const pieces = load(restoredFromPieces(left, key('B'), net.nowMs));
  expect(booksOf(pieces).sort()).toEqual(booksOf(net.machine('B').records).sort());
});

it('a backup keeps its books and journals as they are', () => {
  const net = life();
  const before = [...net.machine('B').backup().values()];
  const records = load(restoredFromBackup(before, net.nowMs));
  expect(booksOf(records)).toEqual(booksOf(net.machine('B').records));
  expect(records.account(key('A'), UAH)).toMatchObject({ standing: 'unsure', entries: 2 });
});

it('the time of the loss is never before what is known to have been', () => {
  const clockHighMs = 5_000;
  const [node] = restoredFromBackup(
    [{ ...new Records(key('B'), NETWORK).node, clockHighMs, restoredAtMs: 9_000 }],
    1_000,
  );
  expect(node).toMatchObject({ restoredAtMs: 9_000 });
});
