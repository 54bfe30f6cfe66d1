/** What else than its limit a trust line says: as the hub shows it and as people write it, and as the protocol has it. */
import type { Input, Result } from '#node/api/contract.ts';
import { parseLimit } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { DEFAULT_POLICY, type LinePolicy } from '#protocol/trust-line.ts';
import { refused } from './refused.ts';

const PRECISION = 8;

/** What stands in the line before, or what is usual, with what is changed. */
export function policyOf(before: Result<'setTrustLine'>['given'], change: Input<'setTrustLine'>['policy']): LinePolicy {
  if (before === null) return { ...DEFAULT_POLICY, ...written(change) };
  const { canBeIntermediate, autoClearing, dailyLimit, announce, blocked } = before.policy;
  const now = { canBeIntermediate, autoClearing, announce, ...written({ dailyLimit }) };
  return {
    ...DEFAULT_POLICY,
    ...now,
    blocked: blocked.map(({ publicKey }) => publicKey as PublicKey),
    ...written(change),
  };
}

/** What of a policy was written, as the protocol has it. */
function written(change: Input<'setTrustLine'>['policy'] = {}): Partial<LinePolicy> {
  const { dailyLimit, blocked, canBeIntermediate, autoClearing, announce } = change;
  const daily = typeof dailyLimit === 'string' ? refused(parseLimit(dailyLimit, PRECISION)) : null;
  return {
    ...(canBeIntermediate !== undefined && { canBeIntermediate }),
    ...(autoClearing !== undefined && { autoClearing }),
    ...(announce !== undefined && { announce }),
    ...(dailyLimit !== undefined && { dailyLimit: daily }),
    ...(blocked !== undefined && { blocked: blocked.map((one) => one as PublicKey) }),
  };
}
