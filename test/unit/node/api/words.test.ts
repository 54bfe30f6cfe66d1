import { describe, expect, it } from 'vitest';
import { codes, type ErrorCode } from '#node/api/codes.ts';
import { type About, explain, type Teller } from '#node/api/words.ts';
import { type AnyRefusal, type NodeRefusalFacts, refuseHere } from '#node/refusals.ts';
import { type RefusalFacts, refuse } from '#protocol/refusals.ts';
import { person } from '#test/support/people.ts';

const [me, bob, carol] = [person(1).key, person(2).key, person(3).key];
const names = new Map([
  [bob, 'Bob'],
  [carol, 'Carol'],
]);
const teller: Teller = { self: me, callName: (key) => names.get(key) ?? '?', precisionOf: () => 2 };
const between = (from: typeof me, to: typeof me): About => ({ equivalent: 'UAH', hop: { from, to } });

const say = (refusal: AnyRefusal, about: About = between(bob, carol)): string => explain(refusal, about, teller);

const typed = { input: 'abc', why: 'it is empty', limit: 'something else' };
const THEN_MS = Date.UTC(2026, 0, 2);

/** One of each, with facts that its text should tell. */
const facts: { [C in keyof RefusalFacts]: RefusalFacts[C] } = {
  'bad-amount': typed,
  'bad-equivalent': typed,
  'bad-key': typed,
  'bad-pid': typed,
  'bad-words': typed,
  'bad-name': typed,
  'bad-address': typed,
  'bad-link': typed,
  'bad-memo': typed,
  'bad-receipt': typed,
  'bad-time': typed,
  'bad-encoding': { where: 'header.total', why: 'it is empty', limit: 'something else' },
  'limit-below-debt': { debt: 500_000_000n, reserved: 0n, asked: 100_000_000n },
  'bad-route': { why: 'there are 1 to 8 routes' },
  'no-account': { neighbour: 'x', equivalent: 'UAH' },
  'to-self': { what: 'payment' },
  'unknown-transaction': { id: 'abc' },
  'id-reused': { paymentId: 'abc' },
  'too-many-neighbours': { limit: 1_000 },
  'not-held': { id: 'abc' },
  'no-proposal': { id: 'abc' },
  'not-agreed': { neighbours: 2 },
  'not-restored': {},
  'no-route': { maxHops: 6 },
  insufficient: { hop: 1, limit: 100_00000000n, maxNow: 60_00000000n, reserved: 0n },
  'no-trust-line': { hop: 1 },
  'line-closed': { hop: 1 },
  'line-frozen': { hop: 1 },
  'not-intermediate': { hop: 1 },
  'daily-limit': { hop: 1, maxNow: 5_00000000n },
  blocked: { hop: 1 },
  'neighbour-offline': { hop: 1 },
  'neighbour-overdue': { hop: 1 },
  'too-much-open': { hop: 1 },
  expired: {},
  'too-little-time': {},
  'lifetime-too-long': {},
  'from-the-future': {},
  'already-paid': {},
  cancelled: {},
  'node-restored': {},
  'amounts-do-not-add-up': {},
  'let-go': {},
  'nothing-to-clear': { hop: 1, maxNow: 0n, reserved: 0n },
  'no-auto-clearing': { hop: 1 },
  'account-unsure': { hop: 1 },
  'too-old': { hop: 1 },
  'below-smallest': { hop: 1, limit: 50_000_000n },
  'not-explained': { number: 77 },
};

const factsHere: { [C in keyof NodeRefusalFacts]: NodeRefusalFacts[C] } = {
  'bad-request': { where: 'amount', why: 'it is a number' },
  'not-found': { path: 'GET /x' },
  'body-too-large': { limitBytes: 10 },
  'no-token': { why: 'none was sent' },
  'scope-missing': { has: 'read', needs: 'pay' },
  'daily-cap': { equivalent: 'UAH', cap: 10_00000000n, spent: 8_00000000n, asked: 3_00000000n },
  'wrong-host': { host: 'evil.example' },
  'wrong-origin': { origin: 'http://evil.example' },
  'unknown-contact': { input: 'Zoe' },
  'key-unknown': { pid: 'abc' },
  'directory-off': {},
  'not-in-directory': { pid: 'abc', asked: 3 },
  'alias-taken': { alias: 'Bob', pid: 'abc' },
  'look-alike': { alias: 'B0b', other: 'Bob' },
  'alias-ambiguous': { alias: 'geo:x' },
  'contact-in-use': { pid: 'abc', equivalent: 'UAH' },
  'card-expired': { expiredAtMs: THEN_MS },
  'request-expired': { expiredAtMs: THEN_MS },
  'amount-needed': { equivalent: 'UAH' },
  'amount-fixed': { equivalent: 'UAH', amount: 100_000_000n },
  'no-receipt': { state: 'ABORTED' },
  'unknown-token': { name: 'shop' },
  'token-exists': { name: 'shop' },
  'unknown-session': { id: 'abababababababab' },
  'unknown-backup': { name: 'x' },
  'ui-not-built': {},
  'link-used': { why: 'expired' },
};

const all: AnyRefusal[] = [
  ...Object.entries(facts).map(([code, of]) => refuse(code as keyof RefusalFacts, of as never)),
  ...Object.entries(factsHere).map(([code, of]) => refuseHere(code as keyof NodeRefusalFacts, of as never)),
];

describe('the text of a refusal', () => {
  it.each(all.map((refusal) => [refusal.code, refusal] as const))('%s is whole sentences', (_code, refusal) => {
    for (const about of [between(bob, carol), between(me, bob), between(bob, me), { equivalent: null, hop: null }]) {
      const text = say(refusal, about);
      expect(text).toMatch(/^[A-Z“].*[.]$/s);
      expect(text).not.toMatch(/undefined|null|NaN|\[object|\?|\d{9}| {2}| [.,;]/);
      expect(text).not.toMatch(
        /\bYou (lets|has|owes|does|takes|wants|is|sets)\b|^(Bob|Carol) (let|have|owe|do|take|want|are)\b/,
      );
    }
  });

  it('differs for every code', () => {
    const texts = all.map((refusal) => say(refusal).replaceAll(/“.*?”/g, ''));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('of what was typed says what was wrong and what would be right', () => {
    expect(
      say(
        refuse('bad-amount', { input: '1,5', why: 'it is not a plain decimal number', limit: 'a number such as 12.5' }),
      ),
    ).toBe('“1,5” is not an amount: it is not a plain decimal number. It should be a number such as 12.5.');
  });
});

describe('an insufficient hop', () => {
  const insufficient = (limit: bigint, maxNow: bigint, reserved = 0n) =>
    refuse('insufficient', {
      hop: 1,
      limit: limit * 100_000_000n,
      maxNow: maxNow * 100_000_000n,
      reserved: reserved * 100_000_000n,
    });

  it('names both people, the limit, and what would pass', () => {
    expect(say(insufficient(100n, 60n))).toBe(
      'Carol lets Bob owe at most 100.00 UAH; 60.00 more would pass now. ' +
        'Pay at most 60.00 UAH, or ask Carol to raise the limit for Bob.',
    );
  });

  it('says whom to ask where the payer stands at it', () => {
    expect(say(insufficient(100n, 0n), between(me, bob))).toBe(
      'Bob lets you owe at most 100.00 UAH; nothing more would pass now. Ask Bob to raise the limit for you.',
    );
  });

  it('says that the own limit is it', () => {
    expect(say(insufficient(100n, 60n), between(bob, me))).toBe(
      'You let Bob owe at most 100.00 UAH; 60.00 more would pass now. ' +
        'Pay at most 60.00 UAH, or raise your limit for Bob.',
    );
  });

  it('tells a debt that can only be paid back from trust', () => {
    expect(say(insufficient(0n, 5n))).toMatch(/^Carol lets Bob owe nothing; 5\.00 UAH more would pass now\./);
  });

  it('tells what other payments hold', () => {
    expect(say(insufficient(100n, 10n, 50n))).toContain(
      'Payments under way hold 50.00 UAH; when they end, more may pass.',
    );
  });

  it('does without names where the route is not known', () => {
    expect(say(insufficient(100n, 60n), { equivalent: 'UAH', hop: null })).toMatch(
      /^A participant on the way lets the participant before owe at most 100\.00 UAH/,
    );
  });
});

describe('the codes', () => {
  it('are those of all refusals and failures, and no others', () => {
    const failures = Object.keys(codes).filter((code) => !all.some((refusal) => refusal.code === code));
    expect(failures.sort()).toEqual([
      'backup-unusable',
      'bug',
      'config-invalid',
      'disk-full',
      'folder-in-use',
      'folder-unreadable',
      'identity-corrupt',
      'identity-exists',
      'identity-locked',
      'identity-missing',
      'node-moved',
      'node-unreachable',
      'port-in-use',
      'stopped',
      'store-corrupt',
      'store-exists',
      'store-failed',
      'store-newer',
    ] satisfies ErrorCode[]);
  });
});
