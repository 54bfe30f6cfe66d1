import { describe, expect, it } from 'vitest';
import { codes, type ErrorCode } from '#node/api/codes.ts';
import { type About, explain, type Teller } from '#node/api/words.ts';
import type { AnyRefusal } from '#node/refusals.ts';
import { refuse } from '#protocol/refusals.ts';
import { everyRefusal } from '#test/support/every-refusal.ts';
import { person } from '#test/support/people.ts';

const [me, bob, carol] = [person(1).key, person(2).key, person(3).key];
const names = new Map([
  [bob, 'Bob'],
  [carol, 'Carol'],
]);
const teller: Teller = { self: me, callName: (key) => names.get(key) ?? '?', precisionOf: () => 2 };
const between = (from: typeof me, to: typeof me): About => ({ equivalent: 'UAH', hop: { from, to } });

const say = (refusal: AnyRefusal, about: About = between(bob, carol)): string => explain(refusal, about, teller);

describe('the text of a refusal', () => {
  it.each(everyRefusal.map((refusal) => [refusal.code, refusal] as const))(
    '%s is whole sentences',
    (_code, refusal) => {
      for (const about of [between(bob, carol), between(me, bob), between(bob, me), { equivalent: null, hop: null }]) {
        const text = say(refusal, about);
        expect(text).toMatch(/^[A-Z“].*[.]$/s);
        expect(text).not.toMatch(/undefined|null|NaN|\[object|\?|\d{9}| {2}| [.,;]/);
        expect(text).not.toMatch(
          /\bYou (lets|has|owes|does|takes|wants|is|sets)\b|^(Bob|Carol) (let|have|owe|do|take|want|are)\b/,
        );
      }
    },
  );

  it('differs for every code', () => {
    const texts = everyRefusal.map((refusal) => say(refusal).replaceAll(/“.*?”/g, ''));
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
    const failures = Object.keys(codes).filter((code) => !everyRefusal.some((refusal) => refusal.code === code));
    expect(failures.sort()).toEqual([
      'backup-damaged',
      'backup-of-another',
      'backup-of-other-network',
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
