import { describe, expect, it } from 'vitest';
import {
  type Account,
  availableIn,
  availableOut,
  clearableIn,
  clearableOut,
  emptyAccount,
  owedByMe,
  owedToMe,
  releaseIn,
  releaseOut,
  reserveIn,
  reserveOut,
} from '#protocol/account.ts';
import { key, UAH } from '#test/support/packets.ts';

const account = (change: Partial<Account>): Account => ({ ...emptyAccount(key('B'), UAH), ...change });

it('an account on which nothing has happened carries nothing', () => {
  const empty = emptyAccount(key('B'), UAH);
  for (const what of [availableIn, availableOut, clearableIn, clearableOut, owedByMe, owedToMe]) {
    expect(what(empty)).toBe(0n);
  }
});

describe('what a hop can carry', () => {
  it.each<[string, Partial<Account>, bigint, bigint]>([
    ['only limits', { limitGiven: 100n, limitReceived: 70n }, 100n, 70n],
    ['the neighbour owes', { limitGiven: 100n, limitReceived: 70n, balance: 30n }, 70n, 100n],
    ['I owe', { limitGiven: 100n, limitReceived: 70n, balance: -30n }, 130n, 40n],
    ['reserved in', { limitGiven: 100n, limitReceived: 70n, reservedIn: 20n }, 80n, 70n],
    ['reserved out', { limitGiven: 100n, limitReceived: 70n, reservedOut: 20n }, 100n, 50n],
    ['no limits, the neighbour owes', { balance: 30n }, 0n, 30n],
    ['no limits, I owe', { balance: -30n }, 30n, 0n],
    ['limit lowered below the debt', { limitGiven: 10n, balance: 30n }, 0n, 30n],
    ['other limit lowered below the debt', { limitReceived: 10n, balance: -30n }, 30n, 0n],
    ['more reserved than the limit leaves', { limitGiven: 10n, reservedIn: 30n }, 0n, 0n],
  ])('%s', (_name, change, intoMe, outOfMe) => {
    expect(availableIn(account(change))).toBe(intoMe);
    expect(availableOut(account(change))).toBe(outOfMe);
  });

  it('the ends of one account agree: what one sees as in is out for the other', () => {
    const mine = account({ limitGiven: 100n, limitReceived: 70n, balance: 30n, reservedIn: 5n, reservedOut: 8n });
    const theirs = account({ limitGiven: 70n, limitReceived: 100n, balance: -30n, reservedIn: 8n, reservedOut: 5n });
    expect([availableIn(mine), availableOut(mine)]).toEqual([availableOut(theirs), availableIn(theirs)]);
    expect([clearableIn(mine), clearableOut(mine)]).toEqual([clearableOut(theirs), clearableIn(theirs)]);
  });
});

describe('what a clearing can lower', () => {
  it.each<[string, Partial<Account>, bigint, bigint]>([
    ['limits do not matter', { limitGiven: 100n, limitReceived: 100n }, 0n, 0n],
    ['the neighbour owes', { balance: 30n }, 0n, 30n],
    ['I owe', { balance: -30n }, 30n, 0n],
    ['some of it is spoken for', { balance: -30n, reservedIn: 10n }, 20n, 0n],
    ['some of it is spoken for, out', { balance: 30n, reservedOut: 10n }, 0n, 20n],
    ['a reservation that makes debt speaks for none', { balance: 30n, reservedIn: 10n }, 0n, 30n],
    ['more reserved than owed', { balance: -30n, reservedIn: 40n }, 0n, 0n],
  ])('%s', (_name, change, intoMe, outOfMe) => {
    expect(clearableIn(account(change))).toBe(intoMe);
    expect(clearableOut(account(change))).toBe(outOfMe);
  });
});

it('a debt is in one direction', () => {
  expect([owedToMe(account({ balance: 5n })), owedByMe(account({ balance: 5n }))]).toEqual([5n, 0n]);
  expect([owedToMe(account({ balance: -5n })), owedByMe(account({ balance: -5n }))]).toEqual([0n, 5n]);
});

describe('changes', () => {
  it('reserve and release are opposites, each in its direction', () => {
    const start = account({ balance: 1n, reservedIn: 2n, reservedOut: 3n });
    expect(reserveOut(start, 5n)).toEqual({ ...start, reservedOut: 8n });
    expect(releaseOut(reserveOut(start, 5n), 5n)).toEqual(start);
    expect(reserveIn(start, 5n, 19_000)).toEqual({ ...start, reservedIn: 7n, day: 19_000, dayIn: 5n });
    expect(releaseIn(reserveIn(start, 5n, 19_000), 5n)).toEqual({ ...start, day: 19_000 });
  });

  it('what came in is summed for a day, and begins anew with the next', () => {
    const first = reserveIn(reserveIn(account({}), 5n, 7), 6n, 7);
    expect([first.day, first.dayIn]).toEqual([7, 11n]);
    const next = reserveIn(first, 2n, 8);
    expect([next.day, next.dayIn, next.reservedIn]).toEqual([8, 2n, 13n]);
    // What is released may have been reserved the day before: never below nothing.
    expect(releaseIn(next, 11n).dayIn).toBe(0n);
  });

  it('never change the account they are given', () => {
    const start = Object.freeze(account({}));
    reserveIn(start, 1n, 1);
    releaseIn(start, 1n);
    reserveOut(start, 1n);
    releaseOut(start, 1n);
    expect(start).toEqual(account({}));
  });
});
