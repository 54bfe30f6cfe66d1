/** Positions of Bob, who passes a payment of 12.5 UAH from Alice on to Carol, in every state that they can have. */
import type { AbortedPosition, HeldPosition, Position, PreparedPosition } from '#protocol/position.ts';
import type { Transaction } from '#protocol/records.ts';
import { refuse } from '#protocol/refusals.ts';
import { committed, person } from './people.ts';

const people = [person(1), person(2), person(3)];
const { txId, header, route, signatures, commit } = committed(people);
const base = { type: 'position', txId, position: 1, header, route } as const;

export const prepared: PreparedPosition = { ...base, state: 'prepared', signatures, isAdopted: false };

export const done: Position = {
  ...{ ...base, state: 'committed', signatures, commit },
  ...{ acked: true, waivedByDownstream: null, waivedByMe: null },
};

/** Carol's own. */
export const received: HeldPosition = { ...base, position: 2, state: 'held', signatures };

const aborted = {
  ...base,
  ...({
    state: 'aborted',
    acked: false,
    abort: null,
    downstreamAbort: null,
    ownRisk: null,
    certificate: null,
  } as const),
};

/** Aborted because time ran out. */
export const failed: AbortedPosition = { ...aborted, cause: refuse('expired', {}), letGoAtMs: null };

/** Let go by Bob. */
export function letGo(letGoAtMs: number, change: Partial<AbortedPosition> = {}): AbortedPosition {
  return { ...aborted, cause: refuse('let-go', {}), ownRisk: 'reserved', letGoAtMs, ...change };
}

/** What is on disk of these positions. */
export function saved(...positions: Position[]): Transaction {
  return { type: 'transaction', txId, positions };
}

/** The certificate of the payment, as an aborted position stores it. */
export const certificate = { signatures, commit };
