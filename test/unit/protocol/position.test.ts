/** What each state of a position means for its two hops and for its neighbours. */
import { describe, expect, it } from 'vitest';
import {
  type Abort,
  type AbortedPosition,
  clearingNet,
  downstreamOf,
  incomingCounts,
  incomingReserved,
  isLast,
  isUnsettled,
  outgoingCounts,
  outgoingReserved,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import { refuse } from '#protocol/refusals.ts';
import { draft, key } from '#test/support/packets.ts';

const payment = draft('ABC');
const { txId, header, route } = payment;
const { signatures, commit } = payment.certificate;
const waiver: Abort = { ...payment.abort(1), cause: refuse('cancelled', {}) };

const at = (position: number) => ({ type: 'position', txId, position, header, route }) as const;
const prepared = (position: number): Position => ({ ...at(position), state: 'prepared', signatures, isAdopted: false });
const held: Position = { ...at(2), state: 'held', signatures };
const committed = (position: number, change: object = {}): Position => ({
  ...at(position),
  state: 'committed',
  signatures,
  commit,
  acked: false,
  waivedByDownstream: null,
  waivedByMe: null,
  ...change,
});
const aborted = (position: number, change: Partial<AbortedPosition> = {}): Position => ({
  ...at(position),
  state: 'aborted',
  abort: waiver,
  acked: false,
  cause: refuse('cancelled', {}),
  downstreamAbort: null,
  ownRisk: null,
  letGoAtMs: null,
  certificate: null,
  ...change,
});

const HOPS = { incomingReserved, incomingCounts, outgoingReserved, outgoingCounts, isUnsettled };

describe('which hops are reserved, which count, and whether something is still to be sent', () => {
  it.each<[string, Position, readonly (keyof typeof HOPS)[]]>([
    ['prepared at the payer', prepared(0), ['outgoingReserved', 'isUnsettled']],
    ['prepared between', prepared(1), ['incomingReserved', 'outgoingReserved', 'isUnsettled']],
    ['held', held, ['incomingReserved', 'isUnsettled']],
    ['committed at the payer', committed(0, { acked: true }), ['outgoingCounts']],
    ['committed between', committed(1), ['incomingCounts', 'outgoingCounts', 'isUnsettled']],
    ['committed, acknowledged', committed(1, { acked: true }), ['incomingCounts', 'outgoingCounts']],
    ['committed at the receiver', committed(2), ['incomingCounts', 'isUnsettled']],
    ['waived by downstream', committed(1, { waivedByDownstream: waiver }), ['incomingCounts', 'isUnsettled']],
    ['waived by oneself', committed(1, { waivedByMe: waiver, acked: true }), ['outgoingCounts']],
    ['aborted', aborted(1), ['isUnsettled']],
    ['aborted, acknowledged', aborted(1, { acked: true }), []],
    ['let go', aborted(1, { acked: true, ownRisk: 'reserved' }), ['outgoingReserved', 'isUnsettled']],
    ['let go, and it counted', aborted(1, { acked: true, ownRisk: 'counted' }), ['outgoingCounts']],
    ['let go, not acknowledged', aborted(1, { ownRisk: 'counted' }), ['outgoingCounts', 'isUnsettled']],
  ])('%s', (_name, position, holds) => {
    const found = Object.entries(HOPS).flatMap(([name, asks]) => (asks(position) ? [name] : []));
    expect(found).toEqual(holds);
  });
});

it('neighbours on a route', () => {
  expect([0, 1, 2].map((position) => upstreamOf(at(position)))).toEqual([null, key('A'), key('B')]);
  expect([0, 1, 2].map((position) => downstreamOf(at(position)))).toEqual([key('B'), key('C'), null]);
  expect([0, 1, 2].map((position) => isLast(at(position)))).toEqual([false, false, true]);
});

it('the ends of a ring are two positions of one participant', () => {
  const ring = { route: draft('ABCA', { kind: 'clear' }).route };
  expect([upstreamOf({ ...ring, position: 0 }), downstreamOf({ ...ring, position: 0 })]).toEqual([null, key('B')]);
  expect([upstreamOf({ ...ring, position: 3 }), downstreamOf({ ...ring, position: 3 })]).toEqual([key('C'), null]);
  expect(isLast({ ...ring, position: 3 })).toBe(true);
});

describe('by how much a clearing changed the net position', () => {
  const ring = (position: Position): Position => ({ ...position, header: { ...header, kind: 'clear' } });
  const { amount } = route;

  it('not at all where both hops of it count', () => {
    expect(clearingNet([ring(committed(1))])).toBe(0n);
    // The ends of the ring, in one participant.
    expect(clearingNet([ring(committed(0)), ring(committed(2))])).toBe(0n);
  });

  it('by its amount where one hop alone counts', () => {
    expect(clearingNet([ring(committed(0))])).toBe(-amount);
    expect(clearingNet([ring(committed(2))])).toBe(amount);
    expect(clearingNet([ring(committed(0)), ring(prepared(2))])).toBe(-amount);
  });

  it('not at all where a late waiver or an own let-go explains it', () => {
    expect(clearingNet([ring(committed(1, { waivedByDownstream: waiver }))])).toBe(0n);
    expect(clearingNet([ring(committed(1, { waivedByMe: waiver }))])).toBe(0n);
    expect(clearingNet([ring(aborted(0, { ownRisk: 'counted' }))])).toBe(0n);
  });

  it('is not asked of a payment', () => {
    expect(clearingNet([committed(0)])).toBe(0n);
    expect(clearingNet([])).toBe(0n);
  });
});
