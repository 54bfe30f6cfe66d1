import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type KeptPerson, keptPeople, openKept, sealKept } from '#node/backup/kept.ts';
import type { Contact } from '#node/contacts.ts';
import { emptyAccount } from '#protocol/account.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_BACKUP_BYTES } from '#protocol/limits.ts';
import { Records } from '#protocol/records.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const [alice, bob, carol, dave, eve] = [1, 2, 3, 4, 5].map(person) as ReturnType<typeof person>[] &
  Record<0 | 1 | 2 | 3 | 4, ReturnType<typeof person>>;
const nowMs = THEN_MS;

function contact(publicKey: PublicKey, changes: Partial<Contact> = {}): Contact {
  return { publicKey, alias: null, cardName: 'Card', addresses: [], verified: false, addedAtMs: 0, ...changes };
}

/** Somebody with much that cannot be packed smaller. */
function somebody(): KeptPerson {
  const address = () => `/ip4/192.0.2.1/tcp/4610/p2p/${randomBytes(64).toString('hex')}`;
  return {
    ...contact(randomBytes(32).toString('hex') as PublicKey, { addresses: [address(), address()] }),
    equivalents: [],
  };
}

describe('what neighbours keep', () => {
  it('begins with those who have accounts, then the verified, then the newest', () => {
    const records = new Records(alice.key, 'geo-test');
    for (const equivalent of ['UAH', 'hour']) records.apply(emptyAccount(eve.key, equivalent));
    records.apply(emptyAccount(dave.key, 'UAH'));
    const contacts = [
      contact(bob.key, { addedAtMs: 1 }),
      contact(carol.key, { addedAtMs: 2 }),
      contact(dave.key, { alias: 'Dave', addresses: ['/ip4/192.0.2.4/tcp/4610'] }),
      contact(alice.key, { verified: true }),
    ];
    const people = keptPeople(records, contacts);
    expect(people.map(({ publicKey, equivalents }) => [publicKey, equivalents])).toEqual([
      [dave.key, ['UAH']],
      [eve.key, ['UAH', 'hour']],
      [alice.key, []],
      [carol.key, []],
      [bob.key, []],
    ]);
    expect(people[0]).toMatchObject({ alias: 'Dave', addresses: ['/ip4/192.0.2.4/tcp/4610'] });
  });

  it('can be opened with the same seed only, and not when it was changed', () => {
    const people = [somebody(), somebody()];
    const { sealed, leftOut } = sealKept(people, { seed: alice.seed, nowMs });
    expect(openKept(sealed, alice.seed)).toMatchObject({ createdAtMs: nowMs, leftOut: 0, people: [{}, {}] });
    expect(leftOut).toBe(0);
    expect(openKept(sealed, bob.seed)).toBeNull();
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(openKept(changed, alice.seed)).toBeNull();
    }
    expect(openKept(new Uint8Array(), alice.seed)).toBeNull();
  });

  it('has as many of the first as neighbours have room for, and says how many were left out', () => {
    const people = Array.from({ length: 1_000 }, somebody);
    const { sealed, leftOut } = sealKept(people, { seed: alice.seed, nowMs });
    const kept = openKept(sealed, alice.seed);
    expect(sealed.length).toBeLessThanOrEqual(MAX_BACKUP_BYTES);
    expect(sealed.length).toBeGreaterThan(MAX_BACKUP_BYTES / 2);
    expect(kept?.people.map(({ publicKey }) => publicKey)).toEqual(
      people.slice(0, 1_000 - leftOut).map(({ publicKey }) => publicKey),
    );
    expect(kept?.leftOut).toBe(leftOut);
    expect(leftOut).toBeGreaterThan(0);
  });
});
