/** What a member has signed of payments, and what has gone over its accounts by them. */
import { afterEach, expect, it, vi } from 'vitest';
import { Attempts } from '#desktop/ui/src/member/attempts.ts';
import { accountName } from '#desktop/ui/src/member/checked.ts';
import { makeAttempt } from '#desktop/ui/src/member/documents.ts';
import { randomHex } from '#desktop/ui/src/member/random.ts';
import { MAX_DELEGATION_LIFETIME_MS } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { Memory } from '#test/support/memory.ts';
import { person } from '#test/support/people.ts';

const [anna, boris, carol, hub] = [person(1), person(2), person(3), person(4)] as const;
const signer = { publicKey: anna.key, sign: anna.sign, network: 'geo-test', hub: hub.key };

/** Anna pays Carol over Boris. */
function attempt(amount: bigint, atMs = Date.now()) {
  const paymentId = randomHex(32) as PaymentId;
  const order = { paymentId, receiver: carol.key, equivalent: 'UAH', amount, sealedMemo: null };
  return makeAttempt(signer, order, [{ nodes: [anna.key, boris.key, carol.key], amount }], [randomHex(16)], atMs);
}

afterEach(() => void vi.useRealTimers());

it('what was sent counts once on the account that it goes over, and what was not does not', async () => {
  const attempts = new Attempts(new Memory());
  const [sent, unsent] = [attempt(7n), attempt(100n)];
  await attempts.keep(unsent);
  await attempts.keep(sent);
  for (let times = 0; times < 2; times++) await attempts.sending(sent);
  expect(await attempts.goneOver()).toEqual(new Map([[accountName(boris.key, 'UAH'), 7n]]));
});

it('counts what two windows send at once, and nothing of before the longest mandate', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const kept = new Memory();
  const old = attempt(1_000n);
  await new Attempts(kept).sending(old);
  vi.setSystemTime(Date.now() + MAX_DELEGATION_LIFETIME_MS + 1);
  await Promise.all([1n, 2n].map((amount) => new Attempts(kept).sending(attempt(amount))));
  expect(await new Attempts(kept).goneOver()).toEqual(new Map([[accountName(boris.key, 'UAH'), 3n]]));
});

it('does not read all attempts for that', async () => {
  const kept = new Memory();
  const attempts = new Attempts(kept);
  for (let made = 0; made < 5; made++) await attempts.sending(attempt(1n));
  const [names, get] = [vi.spyOn(kept, 'names'), vi.spyOn(kept, 'get')];
  await attempts.goneOver();
  expect([names.mock.calls.length, get.mock.calls.length]).toEqual([0, 1]);
});
