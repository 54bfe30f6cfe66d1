/**
 * The counterexamples of design and specification (§4.4): for each odd-looking rule the story in which an honest
 * participant would lose money, or wait for ever, without it.
 */
import { expect, it } from 'vitest';
import { refuse } from '#protocol/refusals.ts';
import { isFault } from '#protocol/verify.ts';
import { machineWith, NOTHING } from '#test/support/machine.ts';
import { chain, network } from '#test/support/network.ts';
import { type Draft, draft, split } from '#test/support/packets.ts';

const HOUR = 3_600_000;

it("releasing on one's own clock: B would owe C what A no longer owes B", () => {
  const net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.until('C ---commit--> B');
  for (const pair of ['BC', 'AC']) net.cut(pair);
  net.wait(HOUR);
  // Long past expiry B still holds both hops: C may have committed, and has.
  expect(net.machine('B').books('A')).toEqual([0n, 10n, 0n]);
  expect(net.machine('B').books('C')).toEqual([0n, 0n, 10n]);
  net.link('BC');
  net.wait(HOUR);
  expect([net.balances('A'), net.balances('B')]).toEqual([{ B: -10n }, { A: 10n, C: -10n }]);
  expect(net.held).toBe(0n);
});

it("releasing on the receiver's ABORT alone: D waives its hop, commits all the same, and B would have let A go", () => {
  const net = chain('ABCD');
  net.pay('A', 'D', 10n);
  net.until('C ---prepare--> D');
  const payment = net.draftOf('C ---prepare--> D');
  net.drop('C ---prepare--> D');
  // D's waiver, shown to B and to A; D's certificate, shown to C.
  net.forge('D', 'B', payment.abort(3));
  net.forge('D', 'A', payment.abort(3));
  net.run();
  expect(net.machine('B').state(payment)).toBe('prepared');
  expect(net.machine('A').state(payment)).toBe('prepared');
  net.forge('D', 'C', payment.commit);
  net.run();
  expect([net.balances('B'), net.balances('C')]).toEqual([
    { A: 10n, C: -10n },
    { B: 10n, D: -10n },
  ]);
});

it("releasing on the receiver's DECLINE alone: D declines, commits all the same, and B would have let A go", () => {
  const net = chain('ABCD');
  const paymentId = net.pay('A', 'D', 10n);
  net.until('C ---prepare--> D');
  const payment = net.draftOf('C ---prepare--> D');
  for (const name of 'ABC') net.forge('D', name, payment.decline);
  net.drop('C ---prepare--> D');
  net.run();
  // The payer may try again, but holds its hop like everybody else.
  expect(net.payment('A', paymentId).state).toBe('ABORTED');
  for (const name of 'ABC') expect(net.machine(name).state(payment)).toBe('prepared');
  net.forge('D', 'C', payment.commit);
  net.run();
  expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
  // Two receipts of one payment id would prove the lie: the DECLINE is kept.
  expect(net.payment('A', paymentId)).toMatchObject({ state: 'COMMITTED', decline: { txId: payment.txId } });
});

it('sending before the sync: B forgets what it signed, refuses the copy, and its two answers cost it 10', () => {
  const payment = draft('ABC');
  const wrong = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const before = wrong.backup();
  expect(wrong.receive('A', payment.prepare(1)).sent).toEqual(['prepare → C']);
  wrong.restore(before);
  wrong.link('A');
  expect(wrong.receive('A', payment.prepare(1)).sent).toEqual(['abort → A']);
  wrong.receive('C', payment.commit);
  expect(wrong.books('A')[0] + wrong.books('C')[0]).toBe(-10n);
  // With the sync the step's saves are there whatever happens next: the copy is answered with the same PREPARE.
  const right = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const first = right.receive('A', payment.prepare(1));
  right.restart();
  right.link('A');
  expect(right.receive('A', payment.prepare(1)).messages).toEqual(first.messages);
});

it('passing a late ABORT upstream after applying: A would have its goods, B its claim on A waived', () => {
  const net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.until('B ---prepare--> C');
  const payment = net.draftOf('B ---prepare--> C');
  net.run();
  // A liar spends first and waives later.
  net.forge('C', 'B', payment.abort(2));
  net.deliver('C ---abort--> B');
  expect(net.inFlight).toEqual(['B ---ack-abort--> C']);
  net.wait(HOUR);
  expect([net.balances('A'), net.balances('B')]).toEqual([{ B: -10n }, { A: 10n }]);
  expect(net.notices('B', 'late-abort')).toHaveLength(1);
});

it('an ABORT that does not bind route and position: a waiver of one route would release another', () => {
  const net = network('ABCD');
  for (const pair of ['BA', 'DB', 'CA', 'DC', 'CB']) net.trust(pair);
  net.pay('A', 'D', 15n, {
    routes: [
      ['ABD', 10n],
      ['ACD', 4n],
      ['ABCD', 1n],
    ],
  });
  const [first, , third] = ['A ---prepare--> B', 'A ---prepare--> C', 'A ---prepare--> B'].map((label) =>
    net.draftOf(label),
  );
  expect(first?.txId).toBe(third?.txId);
  const moved = { ...(first as Draft).abort(2), routeIndex: 2, position: 3 };
  expect(isFault(net.machine('C').read('D', moved))).toBe(true);
  expect(isFault(net.machine('C').read('D', { ...moved, position: 2 }))).toBe(true);
  expect(isFault(net.machine('C').read('D', { ...moved, routeIndex: 0 }))).toBe(true);
});

it('a prepare signature that does not bind route and position: one hop would be signed for with another', () => {
  const [first, second] = split([
    ['ABD', 10n],
    ['ABCD', 5n],
  ]) as [Draft, Draft];
  const machine = machineWith('D', { trusts: 'BC' });
  const packet = { ...second.packet(3), signatures: [...first.packet(2).signatures, second.prepareSignature(2)] };
  expect(isFault(machine.read('C', { type: 'prepare', packet }))).toBe(true);
  const certificate = { ...second.certificate, signatures: packet.signatures };
  expect(isFault(machine.read('C', { type: 'commit', certificate }))).toBe(true);
});

it('rule 4(a) read as "any signature of this tx": refusing one route must not release the other', () => {
  const machine = machineWith('B', { trusts: 'AE', trustedBy: 'CD' });
  const [first, second] = split([
    ['ABC', 10n],
    ['AEBC', 500n],
  ]) as [Draft, Draft];
  machine.receive('A', first.prepare(1));
  expect(machine.receive('E', second.prepare(2)).sent).toEqual(['abort → E']);
  expect([machine.state(first), machine.state(second)]).toEqual(['prepared', 'aborted']);
  machine.receive('C', first.commit);
  expect([machine.books('A'), machine.books('C')]).toEqual([
    [10n, 0n, 0n],
    [-10n, 0n, 0n],
  ]);
});

it('RESOLVE answered "unknown" by a node that never got the PREPARE: B and A would wait for ever', () => {
  const net = chain('ABC');
  const paymentId = net.pay('A', 'C', 10n);
  net.until('B ---prepare--> C');
  net.cut('BC');
  net.wait(HOUR);
  expect(net.held).toBeGreaterThan(0n);
  net.link('BC');
  // The link brings PREPARE again; lose that too, so that only RESOLVE is left.
  net.drop('B ---prepare--> C');
  net.wait(HOUR);
  expect(net.refusal('A', paymentId)).toEqual(refuse('expired', {}));
  expect([net.held, net.balances('A'), net.balances('B')]).toEqual([0n, {}, {}]);
});

it('the sum of amounts unchecked: a receiver would sign for 15 and get 10', () => {
  const machine = machineWith('C', { trusts: 'B' });
  const short = draft('ABC', { amount: 10n, total: 15n });
  expect(machine.receive('B', short.prepare(2)).sent).toEqual(['abort → B']);
  expect(machine.books('B')).toEqual([0n, 0n, 0n]);
});

it('a restored node that aborts what it may have signed: B would waive against A and owe C', () => {
  const payment = draft('ABC');
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const before = machine.backup();
  machine.receive('A', payment.prepare(1));
  machine.restore(before);
  machine.markRestored();
  // Its neighbours' packet would be refused (not linked), but it may have been signed: no ABORT.
  machine.nowMs = payment.header.expiresAtMs + 1;
  expect(machine.receive('A', payment.prepare(1)).sent).toEqual(['resolve-unsigned → C']);
  machine.receive('C', payment.commit);
  expect([machine.books('A')[0], machine.books('C')[0]]).toEqual([10n, -10n]);
});

it('a restored receiver that commits, declines or aborts what it may have decided otherwise', () => {
  const payment = draft('ABC');
  const machine = machineWith('C', { trusts: 'B' });
  const before = machine.backup();
  machine.receive('B', payment.prepare(2));
  machine.restore(before);
  machine.markRestored();
  expect(machine.receive('B', payment.prepare(2)).sent).toEqual([]);
  machine.nowMs = payment.header.expiresAtMs + 1;
  expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
  expect(machine.expire(payment)).toEqual(NOTHING);
  machine.receive('B', payment.commit);
  expect(machine.books('B')).toEqual([10n, 0n, 0n]);
});

it('(c) a clearing whose first hop was waived must not be committed when the packet comes round', () => {
  const net = network('ABC');
  // A owes B 20, B owes C 20, C owes A 20: the ring goes against the debts.
  for (const pair of ['BA', 'CB', 'AC']) net.trust(pair);
  for (const [from, to] of ['AB', 'BC', 'CA'].map((pair) => [...pair] as [string, string])) net.pay(from, to, 20n);
  net.run();
  expect(net.balances('A')).toEqual({ B: -20n, C: 20n });
  net.clear('ACBA', 15n);
  net.until('B ---prepare--> A');
  const clearing = net.draftOf('B ---prepare--> A');
  // C waives its hop although it has signed, and the waiver overtakes the packet.
  net.forge('C', 'A', clearing.abort(1));
  net.deliver('C ---abort--> A');
  expect(net.machine('A').state(clearing, 0)).toBe('aborted');
  net.deliver('B ---prepare--> A');
  expect(net.machine('A').state(clearing, 3)).toBe('aborted');
  net.wait(HOUR);
  expect(net.balances('A')).toEqual({ B: -20n, C: 20n });
  expect(net.balances('B')).toEqual({ A: 20n, C: -20n });
  expect(net.held).toBe(0n);
});
