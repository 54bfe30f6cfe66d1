/** A member is told before it signs anything that an account of its own stands still, since a check found it broken. */
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { RefusedHop } from '#protocol/payment.ts';
import type { Records } from '#protocol/records.ts';
import { refuse, type WebRefusal } from './codes.ts';

type Blocked = WebRefusal<'account-blocked'> | null;

/** Null: a payment is stopped by something else than an account of the payer. */
export function blockedBy(records: Records, stoppedBy: RefusedHop | null, equivalent: string): Blocked {
  return stoppedBy?.from === records.self ? told(records, [stoppedBy.to], equivalent) : null;
}

/** Null: none of these routes, each from the payer on, begins with such an account. */
export function blockedOver(
  records: Records,
  routes: readonly { readonly nodes: readonly PublicKey[] }[],
  equivalent: string,
): Blocked {
  return told(
    records,
    routes.flatMap(({ nodes }) => nodes.slice(1, 2)),
    equivalent,
  );
}

function told(records: Records, neighbours: readonly PublicKey[], equivalent: string): Blocked {
  const neighbour = neighbours.find((one) => records.isShut(one, equivalent));
  return neighbour === undefined ? null : refuse('account-blocked', { neighbour: pidOf(neighbour), equivalent });
}
