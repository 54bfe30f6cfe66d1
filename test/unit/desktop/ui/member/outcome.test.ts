/** What a hub says of an attempt counts as far as it proves it: “aborted” lets nobody pay twice, “paid” nobody stop. */
import { expect, it } from 'vitest';
import { makeAttempt, type Order } from '#desktop/ui/src/member/documents.ts';
import { outcomeOf, type Shown } from '#desktop/ui/src/member/outcome.ts';
import { causeOf } from '#protocol/cause.ts';
import { type AbortMessage, encodeMessage } from '#protocol/link.ts';
import { type PaymentId, txIdOf } from '#protocol/packet.ts';
import { receiptOf } from '#protocol/receipt.ts';
import { refuse } from '#protocol/refusals.ts';
import { delegated, mandateOf } from '#test/support/hosted.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [payer, next, receiver, hub] = [11, 12, 13, 14].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const NOTHING: Shown = { receipt: null, aborts: [], decline: null };
const order: Order = {
  paymentId: 'ab'.repeat(32) as PaymentId,
  receiver: receiver.key,
  equivalent: 'UAH',
  amount: 30n,
  sealedMemo: null,
};
const signer = { publicKey: payer.key, sign: payer.sign, network: 'geo-test', hub: hub.key };
const nodes = [payer.key, next.key, receiver.key];
const salts = ['00'.repeat(16), '11'.repeat(16)];
const planned = [10n, 20n].map((amount) => ({ nodes, amount }));
const attempt = makeAttempt(signer, order, planned, salts, THEN_MS);
const { header, routes } = attempt;
const txId = txIdOf(header);
const about = { header, routes };

function abortOf(routeIndex: number, change: Partial<AbortMessage> = {}): Uint8Array {
  const statement = {
    domain: 'geo/1/abort',
    network: 'geo-test',
    txId,
    routeIndex,
    position: 1,
    signer: next.key,
  } as const;
  const cause = causeOf(refuse('cancelled', {}));
  const signature = next.sign(statement);
  return encodeMessage({ ...statement, type: 'abort', signature, cause, restsOn: [], ...change });
}

function receipt(commitBy = receiver): Uint8Array {
  const network = 'geo-test';
  const [route] = routes;
  if (route === undefined) throw new Error('it has routes');
  const second = next.sign({ domain: 'geo/1/prepare', network, txId, routeIndex: 0, position: 1, signer: next.key });
  const commit = commitBy.sign({ domain: 'geo/1/commit', network, txId, signer: receiver.key });
  const [first] = attempt.signatures;
  if (first === undefined) throw new Error('it is signed');
  return receiptOf({ txId, header, route, signatures: [first, second], commit });
}

const stateOf = (shown: Partial<Shown>): string => outcomeOf(attempt, { ...NOTHING, ...shown }, verify).state;

it('is paid with a receipt, and with nothing less', () => {
  expect(stateOf({ receipt: receipt() })).toBe('paid');
  expect(stateOf({ receipt: receipt(hub) })).toBe('open');
  expect(stateOf({ receipt: receipt().slice(1) })).toBe('open');
  const other = makeAttempt(signer, { ...order, paymentId: 'cd'.repeat(32) as PaymentId }, planned, salts, THEN_MS);
  expect(outcomeOf(other, { ...NOTHING, receipt: receipt() }, verify).state).toBe('open');
});

it('is over when every route was waived by its creditor', () => {
  expect(stateOf({ aborts: [abortOf(0), abortOf(1)] })).toBe('over');
  expect(stateOf({ aborts: [abortOf(0)] })).toBe('open');
  expect(stateOf({ aborts: [abortOf(0), abortOf(0)] })).toBe('open');
  expect(stateOf({})).toBe('open');
});

it('is not over by what the hub made up', () => {
  const forged = hub.sign({
    ...{ domain: 'geo/1/abort', network: 'geo-test', txId, routeIndex: 1, position: 1 },
    signer: next.key,
  });
  expect(stateOf({ aborts: [abortOf(0), abortOf(1, { signature: forged })] })).toBe('open');
  const farther = abortOf(1, { position: 2, signer: receiver.key });
  expect(stateOf({ aborts: [abortOf(0), farther] })).toBe('open');
  expect(stateOf({ aborts: [abortOf(0), Uint8Array.of(1, 2, 3)] })).toBe('open');
});

it('is over when the receiver has declined, itself or by its delegate', () => {
  const statement = { domain: 'geo/1/decline', network: 'geo-test', txId, signer: receiver.key, about } as const;
  const decline = (signature: Uint8Array) => encodeMessage({ type: 'decline', txId, signer: receiver.key, signature });
  expect(stateOf({ decline: decline(receiver.sign(statement)) })).toBe('over');
  expect(stateOf({ decline: decline(hub.sign(statement)) })).toBe('open');
  const mandate = mandateOf(receiver, hub, [{ neighbour: next.key, equivalent: 'UAH', cap: 100n }]);
  expect(stateOf({ decline: decline(delegated(mandate, hub, statement, null)) })).toBe('over');
  const byNext = encodeMessage({
    type: 'decline',
    txId,
    signer: next.key,
    signature: next.sign({ ...statement, signer: next.key }),
  });
  expect(stateOf({ decline: byNext })).toBe('open');
});

it('a hub that is the debtor cannot waive for its member', () => {
  const own = makeAttempt(
    { ...signer, publicKey: hub.key, sign: hub.sign },
    order,
    [{ nodes: [hub.key, next.key, receiver.key], amount: 30n }],
    salts,
    THEN_MS,
  );
  const mandate = mandateOf(next, hub, [{ neighbour: hub.key, equivalent: 'UAH', cap: 100n }]);
  const ownTx = txIdOf(own.header);
  const statement = {
    domain: 'geo/1/abort',
    network: 'geo-test',
    txId: ownTx,
    routeIndex: 0,
    position: 1,
    signer: next.key,
    about: { header: own.header, routes: own.routes },
  } as const;
  const message = { type: 'abort', txId: ownTx, routeIndex: 0, position: 1, signer: next.key, restsOn: [] } as const;
  const cause = causeOf(refuse('cancelled', {}));
  const abort = encodeMessage({ ...message, cause, signature: delegated(mandate, hub, statement, null) });
  expect(outcomeOf(own, { ...NOTHING, aborts: [abort] }, verify).state).toBe('open');
  const byNext = encodeMessage({ ...message, cause, signature: next.sign(statement) });
  expect(outcomeOf(own, { ...NOTHING, aborts: [byNext] }, verify).state).toBe('over');
});

it('routes that are not those of the order are never signed', () => {
  const wrong = [
    [],
    [{ nodes, amount: 29n }],
    [{ nodes: [payer.key, next.key], amount: 30n }],
    [{ nodes: [next.key, receiver.key], amount: 30n }],
  ];
  for (const routesOfHub of wrong) {
    expect(() => makeAttempt(signer, order, routesOfHub, salts, THEN_MS)).toThrow(RangeError);
  }
});
