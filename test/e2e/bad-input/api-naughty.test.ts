/**
 * Text that is allowed although it looks dangerous: it is kept as it was written, found again by it, and everything
 * around it stays as it was. Whatever is not kept is refused in words.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '#node/api/client.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { NAUGHTY } from '#test/support/bad-inputs/table.ts';
import { ACTS_ON_TEXT, BadInputWorld } from '#test/support/bad-inputs/world.ts';

let world: BadInputWorld;

beforeAll(async () => {
  world = await BadInputWorld.start();
});

afterAll(() => world.stop());

/** Names of properties that every object has, and words that some readers take for something else. */
const WORDS = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'then', 'length', 'NaN', 'nil'];

/** What the middle of an address cannot be. */
const DOTS = new Set(['.', '..']);

/** The result, or null for a refusal in words that harm nobody. */
async function taken<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error.code).toMatch(/^(bad|alias|look)-/);
    expect(error.message).toMatch(/^.{20,1000}[.]$/s);
    expect(error.message).not.toMatch(ACTS_ON_TEXT);
    return null;
  }
}

/** As a person sees it: one form of each letter, one space between words. */
const seen = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();

it('as an alias: kept as it is seen, found by it, and taken back', async () => {
  const { client } = world.alice;
  const before = await world.digest();
  let kept = 0;
  for (const alias of [...NAUGHTY, ...WORDS]) {
    const put = await taken(client.putContact({ who: 'Zo\u00eb', alias }));
    if (put === null) continue;
    kept++;
    expect(put.contact.alias).toBe(seen(alias));
    const again = await client.putContact({ who: alias, alias: 'Zo\u00eb' });
    expect(again.contact.publicKey).toBe(world.twinKey);
  }
  expect(kept).toBeGreaterThan(200);
  expect(kept).toBeLessThan(NAUGHTY.length - 50);
  expect(await world.digest()).toEqual(before);
});

it('as the name of a token: kept as it is seen, and revoked by it', async () => {
  const { client } = world.alice;
  const before = await world.digest();
  let kept = 0;
  for (const name of [...NAUGHTY, ...WORDS]) {
    const made = await taken(client.makeToken({ name, scope: 'read' }));
    if (made === null) continue;
    kept++;
    expect(made.token.name).toBe(seen(name));
    await client.revokeToken({ name: made.token.name });
  }
  expect(kept).toBeGreaterThan(200);
  expect(await world.digest()).toEqual(before);
});

it('as the memo of a request: signed, and read back letter for letter', async () => {
  const before = await world.digest();
  let kept = 0;
  for (const memo of NAUGHTY) {
    const made = await taken(world.bob.client.makeRequest({ equivalent: 'UAH', amount: '1', memo }));
    if (made === null) continue;
    kept++;
    expect((await world.alice.client.readRequest({ link: made.link })).memo).toBe(memo);
  }
  expect(kept).toBeGreaterThan(200);
  expect(await world.digest()).toEqual(before);
});

it('as the id of a payment: another payment for each, and the same one for the same', async () => {
  const { client } = world.alice;
  const ids = new Set<string>();
  const tried = [...NAUGHTY.filter((id) => id.length > 0 && id.length <= 128 && !DOTS.has(id)), ...WORDS];
  for (const id of tried) {
    // In an equivalent that nobody shares it fails at once.
    const order = { to: 'Bob', equivalent: 'EUR', amount: '1', id };
    const { paymentId, state } = await client.pay(order);
    expect(state).toBe('ABORTED');
    expect((await client.pay(order)).paymentId).toBe(paymentId);
    if (id.isWellFormed()) expect((await client.getPayment({ id })).paymentId).toBe(paymentId);
    ids.add(paymentId);
  }
  expect(ids.size).toBe(new Set(tried).size);
  for (const id of DOTS) {
    expect(await taken(client.pay({ to: 'Bob', equivalent: 'EUR', amount: '1', id }))).toBeNull();
    expect(await taken(client.getPayment({ id }))).toBeNull();
  }
});

it('as an equivalent: an account of its own, and no other is touched', async () => {
  const { alice } = world;
  const allowed = [...new Set([...NAUGHTY, ...WORDS])].filter((text) => !isRefusal(parseEquivalent(text)));
  expect(allowed.length).toBeGreaterThan(20);
  const { accounts: before } = await alice.client.getBalance({ equivalent: 'UAH' });
  for (const equivalent of allowed) {
    const card = await alice.client.setTrustLine({ who: 'Bob', equivalent, limit: '5', waitMs: 0 });
    expect(card).toMatchObject({ equivalent, given: { limit: '5' }, received: null });
    const { accounts } = await alice.client.getBalance({ equivalent });
    expect(accounts.map(({ limitGiven, balance }) => [limitGiven, balance])).toEqual([['5', '0']]);
  }
  const { net } = await alice.client.getBalance();
  expect(net.map(({ equivalent }) => equivalent).sort()).toEqual(expect.arrayContaining(['UAH', ...allowed]));
  expect((await alice.client.getBalance({ equivalent: 'UAH' })).accounts).toEqual(before);
});
