/** The ledger is an order-free set of facts (§3.2): certificates and waivers, whoever shows them, in whatever order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Message } from '#protocol/link.ts';
import { type Books, type Machine, machineWith } from '#test/support/machine.ts';
import { type Draft, draft, key, keys, newPaymentId, split, UAH } from '#test/support/packets.ts';

const linked = () => machineWith('B', { trusts: 'ACD', trustedBy: 'ACD' });

/** What is known of one transaction in the end: who waived, and whether there is a certificate. */
interface Facts {
  readonly names: string;
  readonly isCommitted: boolean;
  /** Downstream waived; an intermediary that learns of it while it waits waives its own hop too. */
  readonly isWaived: boolean;
  /** The own waiver alone, without the one of downstream: let go at own risk, or forgotten. */
  readonly isLetGo: boolean;
  readonly amount: bigint;
}

const facts: fc.Arbitrary<Facts> = fc.record({
  names: fc.constantFrom('ABC', 'CBA', 'DBC', 'ADBC', 'BC', 'BCD', 'AB', 'CAB'),
  isCommitted: fc.boolean(),
  isWaived: fc.boolean(),
  isLetGo: fc.boolean(),
  amount: fc.bigInt(1n, 9n),
});

/** The messages that state them, and the books with each neighbour that they must lead to. */
function meaning(of: Draft, { names, isCommitted, isWaived, isLetGo, amount }: Facts) {
  const at = names.indexOf('B');
  const [up, down] = [names[at - 1], names[at + 1]];
  const downWaived = isWaived && down !== undefined;
  const ownWaived = up !== undefined && (isLetGo || downWaived);
  const messages: Message[] = [];
  if (isCommitted) messages.push(of.commit);
  if (downWaived) messages.push(of.abort(at + 1));
  if (ownWaived) messages.push(of.abort(at));
  const books = new Map<string, Books>();
  const isOpen = !isCommitted && !downWaived && !ownWaived;
  if (up !== undefined) books.set(up, [isCommitted && !ownWaived ? amount : 0n, isOpen ? amount : 0n, 0n]);
  if (down !== undefined) {
    const isHeld = !isCommitted && !downWaived;
    books.set(down, [isCommitted && !downWaived ? -amount : 0n, 0n, isHeld ? amount : 0n]);
  }
  return { messages, books };
}

/** Brings B to know of a transaction as an honest participant does: by its PREPARE, or as its payer. */
function begin(machine: Machine, { names, amount }: Facts): Draft {
  const at = names.indexOf('B');
  if (at > 0) {
    // A second route that does not come keeps a receiver from committing by itself.
    const isReceiver = at === names.length - 1;
    const parts: [names: string, amount: bigint][] = [[names, amount]];
    if (isReceiver) parts.push([`${names[0]}EB`, 1n]);
    const made = split(parts)[0] as Draft;
    machine.receive(names[at - 1] as string, made.prepare(at));
    return made;
  }
  const receiver = key(names.at(-1) as string);
  const paymentId = newPaymentId();
  const pay = { type: 'pay', paymentId, receiver, equivalent: UAH, amount, sealedMemo: null } as const;
  const routes = [{ nodes: keys(names), amount }];
  machine.command({ ...pay, randomness: paymentId, routes });
  const sent = [...machine.records.unsettled()].find(({ header }) => header.paymentId === paymentId);
  if (sent === undefined) throw new Error('nothing was sent');
  return Object.assign(draft(names), { header: sent.header, route: sent.route, txId: sent.txId });
}

it('the same facts in any order, any number of times, from anyone, lead to the same books', () => {
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('A', 'C', 'D', 'Z')), { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (known, repeats, choices) => {
        const machine = linked();
        const expected = new Map<string, [bigint, bigint, bigint]>();
        const letters: Message[] = [];
        for (const each of known) {
          const { messages, books } = meaning(begin(machine, each), each);
          letters.push(...messages);
          for (const [name, part] of books) {
            const sum = expected.get(name) ?? [0n, 0n, 0n];
            expected.set(name, [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]]);
          }
        }
        const pick = () => choices.next().value as number;
        const senders = ['A', 'C', 'D', 'Z'] as const;
        const shown = [...letters];
        for (const [which, from] of repeats) {
          if (letters.length === 0) break;
          machine.receive(from, letters[which % letters.length] as Message);
        }
        while (shown.length > 0) {
          const [letter] = shown.splice(pick() % shown.length, 1);
          machine.receive(senders[pick() % senders.length] as string, letter as Message);
        }
        for (const [name, books] of expected) expect([name, machine.books(name)]).toEqual([name, books]);
        machine.restart();
        for (const [name, books] of expected) expect([name, machine.books(name)]).toEqual([name, books]);
      },
    ),
    { numRuns: 150 },
  );
});
