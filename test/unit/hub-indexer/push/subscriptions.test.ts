import { expect, it } from 'vitest';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { openPushKeys } from '#hub-indexer/push/keys.ts';
import { Subscriptions } from '#hub-indexer/push/subscriptions.ts';
import { openStore } from '#node/store/store.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [anna, boris] = [person(1).key, person(2).key];
const sealing = atRest(new Uint8Array(32).fill(7));
const everybody = (): boolean => true;
const of = (name: string) => ({
  endpoint: `https://push.example/${name}`,
  p256dh: 'p'.repeat(87),
  auth: 'a'.repeat(22),
});
const names = (all: Subscriptions, member = anna): string[] =>
  all.of(member).map(({ endpoint }) => endpoint.split('/').at(-1) as string);

it('keeps a few of each member, the latest, and those of others apart', async () => {
  const store = await openStore(temporaryFolder());
  const all = await Subscriptions.open(store, sealing, everybody);
  expect([all.has(anna), all.of(anna)]).toEqual([false, []]);
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'a', 'f'].map((name) => all.put(anna, of(name))));
  await all.put(boris, of('a'));
  expect(names(all)).toEqual(['c', 'd', 'e', 'a', 'f']);
  await all.delete(anna, of('a').endpoint);
  expect([names(all), names(all, boris)]).toEqual([['c', 'd', 'e', 'f'], ['a']]);
  await all.forget(anna);
  expect([all.has(anna), names(all), names(all, boris)]).toEqual([false, [], ['a']]);
  await store.close();
});

it('keeps them sealed over a start, with the key of the hub, and forgets who is no member', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder);
  const all = await Subscriptions.open(store, sealing, everybody);
  await all.put(anna, of('a'));
  await all.put(boris, of('b'));
  const keys = await openPushKeys(store, sealing);
  const sealed = store.documents<Uint8Array>('push-subscription').get(anna) as Uint8Array;
  expect(Buffer.from(sealed).includes('push.example')).toBe(false);
  // One that was put in the place of another is none.
  await store.documents<Uint8Array>('push-subscription').put(boris, sealed);
  expect(() => all.of(boris)).toThrow('sealed');
  await store.close();

  const again = await openStore(folder);
  const left = await Subscriptions.open(again, sealing, (member) => member === anna);
  expect([names(left), left.has(boris)]).toEqual([['a'], false]);
  expect(await openPushKeys(again, sealing)).toEqual(keys);
  expect(again.documents<Uint8Array>('push-subscription').get(boris)).toBeUndefined();
  await expect(openPushKeys(again, atRest(new Uint8Array(32)))).rejects.toThrow('sealed');
  await left.put(boris, of('b'));
  expect(left.has(boris)).toBe(false);
  await again.close();
});
