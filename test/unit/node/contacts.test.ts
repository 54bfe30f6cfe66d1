import { beforeEach, describe, expect, it } from 'vitest';
import { type Contact, Contacts } from '#node/contacts.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { makeCard } from '#protocol/card.ts';
import { pidOf } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [me, bob, carol, stranger] = [person(1), person(2), person(3), person(4)];
const BOBS_ADDRESS = '/ip4/192.0.2.1/tcp/4610';

let store: Store;
let contacts: Contacts;

const open = (limit?: number) =>
  Contacts.open({
    ...(limit !== undefined && { limit }),
    self: me.key,
    network: 'geo-test',
    verify,
    documents: store.documents<Contact>('contact'),
    strangers: () => [stranger.key],
  });

beforeEach(async () => {
  store = await openStore(temporaryFolder());
  contacts = await open();
  return () => store.close();
});

async function add(publicKey: Contact['publicKey'], change: Partial<Parameters<Contacts['put']>[0]>): Promise<Contact> {
  const contact = await contacts.put({ publicKey, ...change }, THEN_MS);
  if (isAnyRefusal(contact)) throw new Error(contact.code);
  return contact;
}

function cardOf(name: string, network = 'geo-test'): string {
  const card = { version: VERSION, network, publicKey: bob.key, name, addresses: [BOBS_ADDRESS] } as const;
  return makeCard({ ...card, suggestedLimit: null, createdAtMs: THEN_MS, expiresAtMs: null }, bob.sign);
}

const whoIs = (input: string) => {
  const resolved = contacts.resolve(input);
  return isAnyRefusal(resolved) ? resolved.code : resolved.publicKey;
};

describe('whom a text means', () => {
  beforeEach(async () => {
    await add(bob.key, { alias: 'Bobby', cardName: 'Robert', addresses: [BOBS_ADDRESS] });
    await add(carol.key, { cardName: 'Carol' });
  });

  it('an alias, with any space around and between', () => {
    expect(whoIs('Bobby')).toBe(bob.key);
    expect(whoIs('  Bobby\n')).toBe(bob.key);
  });

  it('an alias hides the name on the card', () => {
    expect(whoIs('Robert')).toBe('unknown-contact');
    expect(whoIs('Carol')).toBe(carol.key);
    expect(contacts.nameOf(bob.key)).toBe('Bobby');
    expect(contacts.nameOf(carol.key)).toBe('Carol');
    expect(contacts.nameOf(stranger.key)).toBeNull();
  });

  it('the name on two cards means nobody', async () => {
    await add(stranger.key, { cardName: 'Carol' });
    expect(whoIs('Carol')).toBe('unknown-contact');
  });

  it('a key of anyone, in either case', () => {
    expect(whoIs(person(9).key)).toBe(person(9).key);
    expect(whoIs(person(9).key.toUpperCase())).toBe(person(9).key);
  });

  it('a PID of a contact or of somebody on the map', () => {
    expect(whoIs(pidOf(bob.key))).toBe(bob.key);
    expect(whoIs(pidOf(stranger.key))).toBe(stranger.key);
  });

  it('a PID whose key is not known is said to be that', () => {
    expect(contacts.resolve(pidOf(person(9).key))).toEqual({
      ...{ kind: 'refusal', code: 'key-unknown' },
      pid: pidOf(person(9).key),
    });
  });

  it('a contact card of this network', () => {
    const resolved = contacts.resolve(cardOf('Bob'));
    expect(resolved).toMatchObject({ publicKey: bob.key, card: { name: 'Bob', addresses: [BOBS_ADDRESS] } });
    expect(whoIs(cardOf('Bob', 'another'))).toBe('bad-link');
    expect(whoIs(cardOf('Bob').slice(0, -1))).toBe('bad-link');
  });

  it.each(['', ' ', 'Zoe', 'bobby', 'a'.repeat(100_000), '\u202eybboB', '0OIl'.repeat(9)])(
    '%j means nobody',
    (text) => {
      expect(whoIs(text)).toBe('unknown-contact');
    },
  );
});

describe('the address book', () => {
  it('outlives a restart, and changes only what is said', async () => {
    await add(bob.key, { alias: ' Bo  b ', addresses: [BOBS_ADDRESS] });
    await add(bob.key, { verified: true });
    contacts = await open();
    expect(contacts.get(bob.key)).toEqual({
      ...{ publicKey: bob.key, alias: 'Bo b', cardName: null, addresses: [BOBS_ADDRESS], verified: true },
      addedAtMs: THEN_MS,
    });
    await add(bob.key, { alias: null });
    expect(contacts.get(bob.key)?.alias).toBeNull();
    await contacts.remove(bob.key);
    contacts = await open();
    expect([...contacts.all()]).toEqual([]);
  });

  it('has no entry for its owner', async () => {
    expect(await contacts.put({ publicKey: me.key }, THEN_MS)).toMatchObject({ code: 'to-self' });
  });

  it('gives an alias to one only', async () => {
    await add(bob.key, { alias: 'Bob' });
    expect(await contacts.put({ publicKey: carol.key, alias: 'Bob', allowLookAlike: true }, THEN_MS)).toMatchObject({
      code: 'alias-taken',
    });
    expect(await contacts.put({ publicKey: bob.key, alias: 'Bob' }, THEN_MS)).toMatchObject({ alias: 'Bob' });
  });

  it.each(['bob', 'BOB', 'B0b', 'Воb', 'Bób', 'B o b', 'Bob.'])(
    'takes %s beside Bob only when told to',
    async (alias) => {
      await add(bob.key, { alias: 'Bob' });
      expect(await contacts.put({ publicKey: carol.key, alias }, THEN_MS)).toMatchObject({
        ...{ code: 'look-alike', other: 'Bob' },
      });
      expect(contacts.get(carol.key)).toBeUndefined();
      expect(await contacts.put({ publicKey: carol.key, alias, allowLookAlike: true }, THEN_MS)).toMatchObject({
        alias,
      });
    },
  );

  it('takes no alias that looks like the name on the card of another', async () => {
    await add(bob.key, { cardName: 'Robert' });
    expect(await contacts.put({ publicKey: carol.key, alias: 'Rоbert' }, THEN_MS)).toMatchObject({
      code: 'look-alike',
    });
    expect(contacts.lookAlike('Robert', carol.key)?.publicKey).toBe(bob.key);
    expect(contacts.lookAlike('Robert', bob.key)).toBeNull();
  });

  it.each(['geo:card/x', 'ab'.repeat(32), pidOf(carol.key)])(
    'takes no alias that means something else: %s',
    async (alias) => {
      expect(await contacts.put({ publicKey: bob.key, alias }, THEN_MS)).toMatchObject({
        code: expect.stringMatching(/^(alias-ambiguous|bad-name)$/) as string,
      });
    },
  );

  it('takes no alias that cannot be seen', async () => {
    expect(await contacts.put({ publicKey: bob.key, alias: '\u200b' }, THEN_MS)).toMatchObject({ code: 'bad-name' });
  });
});

describe('a contact that has moved', () => {
  const newer = Array.from({ length: 8 }, (_, at) => `/ip4/192.0.2.${at + 10}/tcp/4610`);

  it('has its new addresses first, and of the old ones what there is room for', async () => {
    await add(bob.key, { alias: 'Bobby', addresses: [BOBS_ADDRESS] });
    await contacts.moved(bob.key, newer.slice(0, 2), THEN_MS + 1);
    expect(contacts.get(bob.key)).toMatchObject({
      alias: 'Bobby',
      addresses: [...newer.slice(0, 2), BOBS_ADDRESS],
      addedAtMs: THEN_MS,
    });
    await contacts.moved(bob.key, newer, THEN_MS + 2);
    expect(contacts.get(bob.key)?.addresses).toEqual(newer);
    expect((await open()).get(bob.key)?.addresses).toEqual(newer);
  });

  it('is nobody who was not a contact before', async () => {
    await contacts.moved(carol.key, newer, THEN_MS);
    expect(contacts.get(carol.key)).toBeUndefined();
  });
});

describe('where there is a limit', () => {
  it('no more are taken, also not at the same time; those that there are can be changed', async () => {
    const few = await open(2);
    const put = (publicKey: Contact['publicKey'], alias?: string) => few.put({ publicKey, alias }, THEN_MS);
    const [first, , third] = await Promise.all([put(bob.key), put(carol.key), put(stranger.key)]);
    expect(first).toMatchObject({ publicKey: bob.key });
    expect(third).toMatchObject({ code: 'too-many-contacts', limit: 2 });
    expect(few.count).toBe(2);
    expect(await put(bob.key, 'Bob')).toMatchObject({ alias: 'Bob' });
    await few.remove(bob.key);
    expect(await put(stranger.key)).toMatchObject({ publicKey: stranger.key });
  });
});
