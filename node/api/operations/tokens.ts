/** Operations on the tokens of other programs. */
import { isRefusal } from '#protocol/refusals.ts';
import { isAnyRefusal, refuseHere } from '../../refusals.ts';
import { type Handler, parseMoney, whyNotToCome } from '../handler.ts';
import { viewToken } from '../views.ts';

export const listTokens: Handler<'listTokens'> = ({ tokens }) => ({ tokens: [...tokens.all()].map(viewToken) });

export const makeToken: Handler<'makeToken'> = async (
  context,
  { name, scope, dailyCaps: written = [], expiresAtMs },
) => {
  const dailyCaps: { equivalent: string; amount: bigint }[] = [];
  for (const cap of written) {
    const money = parseMoney(context, cap);
    if (isRefusal(money)) return money;
    if (dailyCaps.some(({ equivalent }) => equivalent === money.equivalent)) {
      return refuseHere('bad-request', { where: 'dailyCaps', why: `it has two caps in ${money.equivalent}; give one` });
    }
    dailyCaps.push(money);
  }
  if (scope === 'admin' && dailyCaps.length > 0) {
    return refuseHere('bad-request', {
      where: 'dailyCaps',
      why: 'a token with scope admin can make itself another one',
    });
  }
  const past = expiresAtMs === undefined ? null : whyNotToCome(context, expiresAtMs);
  if (past !== null) return past;
  const wanted = { name, scope, dailyCaps, expiresAtMs: expiresAtMs ?? null };
  const made = await context.tokens.make(wanted, context.clock.nowMs());
  return isAnyRefusal(made) ? made : { secret: made.secret, token: viewToken(made.token) };
};

export const revokeToken: Handler<'revokeToken'> = async ({ tokens }, { name }) =>
  (await tokens.revoke(name)) ?? { done: true };
