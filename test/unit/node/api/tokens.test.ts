import { beforeEach, describe, expect, it } from 'vitest';
import { type Token, Tokens } from '#node/api/tokens.ts';
import { newPaymentId } from '#node/payment-id.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import { openStore, type Store } from '#node/store/store.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { PaymentState } from '#protocol/payment.ts';
import { temporaryFolder } from '#test/support/store.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 20_000 * DAY_MS;
const caps = [{ equivalent: 'UAH', amount: 100n }];

let store: Store;
let tokens: Tokens;
const states = new Map<PaymentId, PaymentState>();

const open = () => Tokens.open(store.documents<Token>('token'), (id) => states.get(id));

beforeEach(async () => {
  states.clear();
  store = await openStore(temporaryFolder());
  tokens = await open();
  return () => store.close();
});

async function make(dailyCaps: Token['dailyCaps']): Promise<{ secret: string; token: Token }> {
  const made = await tokens.make({ name: 'shop', scope: 'pay', dailyCaps, expiresAtMs: null }, NOW_MS);
  if (isAnyRefusal(made)) throw new Error(made.code);
  return made;
}

const pays = (token: Token, amount: bigint, { paymentId = newPaymentId(), nowMs = NOW_MS, equivalent = 'UAH' } = {}) =>
  tokens.charge(token.hash, { paymentId, equivalent, amount }, nowMs);

describe('a token', () => {
  it('is found by its secret, also after a restart, and its secret is not stored', async () => {
    const { secret, token } = await make(caps);
    tokens = await open();
    expect(tokens.find(secret, NOW_MS)).toEqual(token);
    expect(JSON.stringify([...tokens.all()], (_key, value: unknown) => String(value))).not.toContain(secret);
  });

  it('has a name of its own', async () => {
    await make([]);
    const again = await tokens.make({ name: ' shop ', scope: 'read', dailyCaps: [], expiresAtMs: null }, NOW_MS);
    expect(again).toEqual({ kind: 'refusal', code: 'token-exists', name: 'shop' });
  });

  it('is gone when revoked, also after a restart', async () => {
    const { secret } = await make([]);
    expect(await tokens.revoke('shop')).toBeNull();
    tokens = await open();
    expect(tokens.find(secret, NOW_MS)).toBe('unknown');
    expect(await tokens.revoke('shop')).toMatchObject({ code: 'unknown-token' });
  });
});

describe('the daily cap of a token', () => {
  it('bounds what it pays in a day, across a restart', async () => {
    const { token } = await make(caps);
    expect(await pays(token, 60n)).toBeNull();
    tokens = await open();
    expect(await pays(token, 41n)).toEqual({
      ...{ kind: 'refusal', code: 'daily-cap' },
      ...{ equivalent: 'UAH', cap: 100n, spent: 60n, asked: 41n },
    });
    expect(await pays(token, 40n)).toBeNull();
    expect(await pays(token, 1n)).toMatchObject({ code: 'daily-cap' });
  });

  it('begins anew the next UTC day', async () => {
    const { token } = await make(caps);
    expect(await pays(token, 100n, { nowMs: NOW_MS + DAY_MS - 1 })).toBeNull();
    expect(await pays(token, 1n, { nowMs: NOW_MS + DAY_MS - 1 })).toMatchObject({ code: 'daily-cap' });
    expect(await pays(token, 100n, { nowMs: NOW_MS + DAY_MS })).toBeNull();
  });

  it('counts what is committed, not what was aborted, and one payment once', async () => {
    const { token } = await make(caps);
    const [committed, aborted] = [newPaymentId(), newPaymentId()];
    expect(await pays(token, 50n, { paymentId: committed })).toBeNull();
    expect(await pays(token, 50n, { paymentId: aborted })).toBeNull();
    expect(await pays(token, 50n, { paymentId: aborted })).toBeNull();
    states.set(committed, 'COMMITTED').set(aborted, 'ABORTED');
    expect(await pays(token, 51n)).toMatchObject({ spent: 50n });
    expect(await pays(token, 50n)).toBeNull();
    expect(await pays(token, 1n)).toMatchObject({ spent: 100n });
  });

  it('does not count a payment that never began', async () => {
    const { token } = await make(caps);
    const paymentId = newPaymentId();
    await pays(token, 100n, { paymentId });
    await tokens.uncharge(token.hash, paymentId);
    expect(await pays(token, 100n)).toBeNull();
  });

  it('lets two payments at once not share what is left', async () => {
    const { token } = await make(caps);
    const both = await Promise.all([pays(token, 60n), pays(token, 60n)]);
    expect(both.map((refusal) => refusal?.code ?? 'passed').sort()).toEqual(['daily-cap', 'passed']);
  });

  it('refuses an equivalent without a cap, and bounds nothing where there is no cap at all', async () => {
    const { token } = await make(caps);
    expect(await pays(token, 1n, { equivalent: 'HOUR' })).toMatchObject({ code: 'daily-cap', cap: 0n });
    await tokens.revoke('shop');
    const { token: free } = await make([]);
    expect(await pays(free, 10n ** 18n, { equivalent: 'HOUR' })).toBeNull();
  });
});
