import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { KnownAddresses } from '#node/known-addresses.ts';
import { reachWords } from '#node/reach-words.ts';
import { type Documents, openStore } from '#node/store/store.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob] = [person(1).key, person(2).key];
const log = pino({ level: 'silent' });
const everybody = (): boolean => true;

it('what a neighbour said last is there after a restart, and written once for many changes', async () => {
  const folder = join(temporaryFolder(), 'store');
  const store = await openStore(folder);
  let puts = 0;
  const documents: Documents<{ addresses: readonly string[] }> = store.documents('known-addresses');
  const counting = {
    ...documents,
    put: async (...args: Parameters<typeof documents.put>) => {
      puts++;
      await documents.put(...args);
    },
  };
  const known = await KnownAddresses.open(counting, everybody, log);
  for (let port = 1; port <= 50; port++) known.learn(alice, [`/ip4/192.0.2.1/tcp/${port}`]);
  known.learn(bob, ['/ip4/192.0.2.2/tcp/1']);
  known.learn(bob, []);
  await known.save();
  expect(puts).toBe(2);
  known.learn(alice, ['/ip4/192.0.2.1/tcp/50']);
  await known.save();
  expect(puts).toBe(2);
  await store.close();

  const again = await openStore(folder);
  const isBob = (participant: string): boolean => participant === bob;
  const all = await KnownAddresses.open(again.documents('known-addresses'), everybody, log);
  expect([all.get(alice), all.get(bob)]).toEqual([['/ip4/192.0.2.1/tcp/50'], ['/ip4/192.0.2.2/tcp/1']]);
  // Who is a neighbour no more is forgotten, on the disk as well.
  await KnownAddresses.open(again.documents('known-addresses'), isBob, log);
  const left = await KnownAddresses.open(again.documents('known-addresses'), everybody, log);
  expect([left.get(alice), left.get(bob)]).toEqual([[], ['/ip4/192.0.2.2/tcp/1']]);
  await again.close();
});

it('says in plain words how a node is reached', () => {
  expect(reachWords('yes', ['Bob'])).toBe('Other computers can reach this node directly.');
  expect(reachWords('no', ['Bob', 'Carol'])).toBe(
    'Other computers cannot reach this node directly; it is reached through Bob and Carol.',
  );
  expect(reachWords('no', [])).toContain('no relay passes calls on');
  expect(reachWords('unknown', [])).toContain('Nobody has tried yet');
  expect(reachWords('unknown', ['Bob'])).toContain('through Bob');
});
