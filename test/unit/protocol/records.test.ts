/** The view of what a participant has stored: keys, indexes, and what leaves memory when there is an archive. */
import { describe, expect, it } from 'vitest';
import { emptyAccount } from '#protocol/account.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { HeldPosition, Position } from '#protocol/position.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type Archive, type DurableRecord, Records, type Transaction } from '#protocol/records.ts';
import { refuse } from '#protocol/refusals.ts';
import { announced } from '#test/support/announcements.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { lineMessage, machineWith } from '#test/support/machine.ts';
import { type Draft, draft, key, NETWORK, split, UAH } from '#test/support/packets.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const hex = (number: number) => number.toString(16).padStart(64, '0');
const txIdOf = (number: number) => hex(number) as TxId;
const payment = draft('ABC');
const { header, route } = payment;

/** B's position of the route A–B–C, in a transaction of this number. */
function positionOf(number: number, change: object = {}): Position {
  const { signatures } = payment.packet(1);
  const base = { type: 'position', txId: txIdOf(number), position: 1, header: headerOf(number), route } as const;
  return { ...base, state: 'prepared', signatures, isAdopted: false, ...change };
}

const headerOf = (number: number) => ({ ...header, paymentId: hex(number) as PaymentId });
const settled = {
  state: 'committed',
  commit: payment.certificate.commit,
  acked: true,
  waivedByDownstream: null,
  waivedByMe: null,
};

function transaction(number: number, change: object = {}): Transaction {
  return { type: 'transaction', txId: txIdOf(number), positions: [positionOf(number, change)] };
}

function recordsWith(archive: Archive | null, ...list: readonly DurableRecord[]): Records {
  const records = new Records(key('B'), NETWORK, archive);
  for (const record of list) records.apply(record);
  return records;
}

describe('keys', () => {
  it('say the type and what names the record', () => {
    const line = lineMessage('A', 'B', 5n);
    if (line.type !== 'trust-line') throw new Error('no line');
    const keys: readonly (readonly [DurableRecord, string])[] = [
      [EMPTY_NODE, 'node'],
      [{ type: 'line', signed: line.signed, acked: true, conflicting: null }, `line/${key('A')}/${key('B')}/UAH`],
      [emptyAccount(key('A'), UAH), `account/${key('A')}/UAH`],
      [transaction(7), `transaction/${txIdOf(7)}`],
      [paymentRecord(7, 'NEW'), `payment/${hex(7)}`],
      [
        { type: 'paid', payer: key('A'), paymentId: hex(7) as PaymentId, txId: txIdOf(7) },
        `paid/${key('A')}/${hex(7)}`,
      ],
      [{ type: 'announcement', signed: announced('AB') }, `announcement/UAH/${key('A')}/${key('B')}`],
    ];
    for (const [record, name] of keys) expect(recordKey(record)).toBe(name);
  });
});

function paymentRecord(number: number, state: 'NEW' | 'ABORTED'): Payment {
  const base = {
    type: 'payment',
    paymentId: hex(number) as PaymentId,
    receiver: key('C'),
    equivalent: UAH,
    amount: 10n,
    sealedMemo: null,
    createdAtMs: THEN_MS,
    randomness: hex(1),
    chosenRoutes: null,
    attempts: 0,
    busyWaits: 0,
    refusedHops: [],
    closest: null,
    decline: null,
  } as const;
  if (state === 'NEW') return { ...base, state };
  return { ...base, state, refusal: refuse('no-route', { maxHops: 6 }), finishedAtMs: THEN_MS };
}

describe('what is there', () => {
  it('nothing at first', () => {
    const records = recordsWith(null);
    expect(records.node).toEqual(EMPTY_NODE);
    expect([...records.lines(), ...records.accounts(), ...records.payments(), ...records.unsettled()]).toEqual([]);
    expect([records.neighbourCount, records.openWith(key('A')), records.positions(payment.txId)]).toEqual([0, 0, []]);
    expect(records.linked.size).toBe(0);
  });

  it('accounts by neighbour and equivalent; a neighbour counts once', () => {
    const accounts = [emptyAccount(key('A'), UAH), emptyAccount(key('A'), 'hour'), emptyAccount(key('C'), UAH)];
    const records = recordsWith(null, ...accounts, { ...emptyAccount(key('A'), UAH), balance: 5n });
    expect(records.account(key('A'), UAH)?.balance).toBe(5n);
    expect(records.account(key('A'), 'hour')?.balance).toBe(0n);
    expect(records.account(key('C'), 'hour')).toBeUndefined();
    expect([...records.neighbours()]).toEqual([key('A'), key('C')]);
    expect(records.neighbourCount).toBe(2);
    expect([...records.accounts()]).toHaveLength(3);
  });

  it('lines by both ends and equivalent', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: 'A' });
    const { records } = machine;
    expect(records.line(key('A'), key('B'), UAH)?.signed.line.from).toBe(key('A'));
    expect(records.line(key('B'), key('A'), UAH)?.signed.line.from).toBe(key('B'));
    expect(records.line(key('A'), key('B'), 'hour')).toBeUndefined();
    expect([...records.lines()]).toHaveLength(2);
  });

  it('a position by route and place', () => {
    const [first, second] = split([
      ['ABC', 10n],
      ['ADBC', 5n],
    ]) as [Draft, Draft];
    const machine = machineWith('B', { trusts: 'AD', trustedBy: 'C' });
    machine.receive('A', first.prepare(1));
    machine.receive('D', second.prepare(2));
    const { records } = machine;
    expect(records.positions(first.txId)).toHaveLength(2);
    expect(records.position(first.txId, 0, 1)?.route).toEqual(first.route);
    expect(records.position(first.txId, 1, 2)?.route).toEqual(second.route);
    expect(records.position(first.txId, 1, 1)).toBeUndefined();
  });
});

describe('what is open', () => {
  it('with both neighbours of an unsettled position, once for each transaction', () => {
    const records = recordsWith(null, transaction(1), transaction(2));
    expect(['A', 'B', 'C', 'D'].map((name) => records.openWith(key(name)))).toEqual([2, 0, 2, 0]);
    expect([...records.unsettledWith(key('A'))].map(({ txId }) => txId)).toEqual([txIdOf(1), txIdOf(2)]);
    expect([...records.unsettledWith(key('D'))]).toEqual([]);
    expect([...records.unsettled()]).toHaveLength(2);
  });

  it('two positions of one transaction with one neighbour are one open transaction', () => {
    const second = positionOf(1, { position: 1, route: { ...route, index: 1 } });
    const both: Transaction = { ...transaction(1), positions: [positionOf(1), second] };
    const records = recordsWith(null, both);
    expect(records.openWith(key('A'))).toBe(1);
    expect([...records.unsettledWith(key('A'))]).toHaveLength(2);
    records.apply({ ...both, positions: [positionOf(1, settled), second] });
    expect(records.openWith(key('A'))).toBe(1);
    expect([...records.unsettledWith(key('A'))]).toEqual([second]);
    records.apply({ ...both, positions: [positionOf(1, settled), { ...second, ...settled } as Position] });
    expect(records.openWith(key('A'))).toBe(0);
  });

  it('no more when it is settled; again when it is open again', () => {
    const records = recordsWith(null, transaction(1), transaction(1, settled));
    expect([records.openWith(key('A')), records.openWith(key('C')), [...records.unsettled()]]).toEqual([0, 0, []]);
    records.apply(transaction(1, { ...settled, acked: false }));
    expect([records.openWith(key('A')), records.openWith(key('C'))]).toEqual([1, 1]);
  });

  it('held counts with upstream alone', () => {
    const held: HeldPosition = { ...positionOf(1), position: 2, state: 'held', signatures: [] };
    const records = recordsWith(null, { ...transaction(1), positions: [held] });
    expect(['A', 'B', 'C'].map((name) => records.openWith(key(name)))).toEqual([0, 1, 0]);
  });
});

describe('with an archive', () => {
  const IN_MEMORY = 4;

  /** A disk that keeps all, and tells how often it was read. */
  function disk() {
    const stored = new Map<string, DurableRecord>();
    const reads: string[] = [];
    const records = new Records(key('B'), NETWORK, (name) => {
      reads.push(name);
      return stored.get(name);
    });
    records.maxSettled = IN_MEMORY;
    const write = (record: DurableRecord): void => {
      stored.set(recordKey(record), record);
      records.shed([record]);
    };
    const save = (record: DurableRecord): void => {
      records.apply(record);
      write(record);
    };
    return { records, reads, save, write };
  }

  const paid = (number: number) =>
    ({ type: 'paid', payer: key('A'), paymentId: hex(number) as PaymentId, txId: txIdOf(number) }) as const;

  it('the oldest settled transactions leave memory, and what they paid; nothing is forgotten', () => {
    const { records, reads, save } = disk();
    save(paid(0));
    for (let number = 0; number < IN_MEMORY; number++) save(transaction(number, settled));
    expect(records.positions(txIdOf(0))).toHaveLength(1);
    expect(reads).toEqual([]);
    save(transaction(IN_MEMORY, settled));
    expect(records.positions(txIdOf(0))).toEqual([positionOf(0, settled)]);
    expect(records.position(txIdOf(0), 0, 1)?.state).toBe('committed');
    expect(records.paid(key('A'), hex(0) as PaymentId)?.txId).toBe(txIdOf(0));
    expect(reads).toEqual([`transaction/${txIdOf(0)}`, `transaction/${txIdOf(0)}`, `paid/${key('A')}/${hex(0)}`]);
    expect(records.positions(txIdOf(1))).toHaveLength(1);
    expect(reads).toHaveLength(3);
  });

  it('the oldest finished payments too; one that goes on stays', () => {
    const { records, reads, save } = disk();
    save(paymentRecord(9_999, 'NEW'));
    for (let number = 0; number <= IN_MEMORY; number++) save(paymentRecord(number, 'ABORTED'));
    expect([...records.payments()]).toHaveLength(IN_MEMORY + 1);
    expect(records.payment(hex(1) as PaymentId)?.state).toBe('ABORTED');
    expect(records.payment(hex(9_999) as PaymentId)?.state).toBe('NEW');
    expect(reads).toEqual([]);
    expect(records.payment(hex(0) as PaymentId)?.state).toBe('ABORTED');
    expect(reads).toEqual([`payment/${hex(0)}`]);
  });

  it('the oldest entries of journals too, four for each transaction', () => {
    const { records, reads, save } = disk();
    const entryOf = (number: number): JournalEntry => {
      const [neighbour, equivalent] = [key('A'), UAH];
      return { type: 'entry', neighbour, equivalent, number, hop: null, delta: 1n, head: hex(number) };
    };
    for (let number = 0; number <= 4 * IN_MEMORY; number++) save(entryOf(number));
    expect(records.entry(key('A'), UAH, 1)).toEqual(entryOf(1));
    expect(reads).toEqual([]);
    expect(records.entry(key('A'), UAH, 0)).toEqual(entryOf(0));
    expect(reads).toHaveLength(1);
  });

  it('nothing leaves that is not on disk, however much there is', () => {
    const { records, reads, write } = disk();
    const all = Array.from({ length: 3 * IN_MEMORY }, (_, number) => transaction(number, settled));
    for (const one of all) records.apply(one);
    expect(all.every(({ txId }) => records.positions(txId).length === 1)).toBe(true);
    expect(reads).toEqual([]);
    for (const one of all) write(one);
    expect(all.every(({ txId }) => records.positions(txId).length === 1)).toBe(true);
    expect(reads).toHaveLength(2 * IN_MEMORY);
  });

  it('nor what has changed since it was written, until the change is on disk', () => {
    const { records, reads, save, write } = disk();
    const waived = { ...settled, waivedByDownstream: { ...payment.abort(2), cause: refuse('cancelled', {}) } };
    const before = transaction(0, settled);
    const after = transaction(0, waived);
    records.apply(before);
    records.apply(after);
    write(before);
    for (let number = 1; number <= IN_MEMORY + 1; number++) save(transaction(number, settled));
    expect(records.positions(txIdOf(0))).toEqual(after.positions);
    expect(reads).toEqual([]);
    write(after);
    for (let number = 11; number <= 10 + IN_MEMORY; number++) save(transaction(number, settled));
    expect(records.positions(txIdOf(0))).toEqual(after.positions);
    expect(reads).toHaveLength(1);
  });

  it('what is open stays, however old', () => {
    const { records, reads, save } = disk();
    save(transaction(0));
    for (let number = 1; number <= IN_MEMORY + 1; number++) save(transaction(number, settled));
    expect(records.positions(txIdOf(0))).toHaveLength(1);
    expect(records.openWith(key('A'))).toBe(1);
    expect(reads).toEqual([]);
    expect(records.positions(txIdOf(1))).toHaveLength(1);
    expect(reads).toHaveLength(1);
  });

  it('one that was on disk and is open again stays', () => {
    const { records, reads, save } = disk();
    save(transaction(0, settled));
    records.apply(transaction(0));
    for (let number = 1; number <= IN_MEMORY; number++) save(transaction(number, settled));
    expect(records.openWith(key('A'))).toBe(1);
    expect(records.positions(txIdOf(0))).toEqual([positionOf(0)]);
    expect(reads).toEqual([]);
  });

  it('one that changes after it has left is there again', () => {
    const { records, save } = disk();
    for (let number = 0; number <= IN_MEMORY; number++) save(transaction(number, settled));
    const waived = { ...settled, waivedByDownstream: { ...payment.abort(2), cause: refuse('cancelled', {}) } };
    save(transaction(0, waived));
    expect(records.positions(txIdOf(0))).toEqual([positionOf(0, waived)]);
    expect(records.openWith(key('A'))).toBe(0);
  });

  it('a record of another type under a key is none', () => {
    const records = recordsWith((name) => (name.startsWith('payment/') ? paid(1) : undefined));
    expect(records.payment(hex(1) as PaymentId)).toBeUndefined();
    expect(records.paid(key('A'), hex(1) as PaymentId)).toBeUndefined();
  });

  it('without one nothing ever leaves memory', () => {
    const records = recordsWith(null);
    records.maxSettled = 1;
    const all = [0, 1, 2].map((number) => transaction(number, settled));
    for (const one of all) records.apply(one);
    records.shed(all);
    expect(records.positions(txIdOf(0))).toHaveLength(1);
  });
});

describe('without an archive, for who knows that nobody asks any more', () => {
  it('a settled transaction is forgotten, with what it paid', () => {
    const { payer, paymentId } = headerOf(1);
    const records = recordsWith(null, transaction(1, settled), transaction(2), {
      type: 'paid',
      payer,
      paymentId,
      txId: txIdOf(1),
    });
    const before = records.size;
    records.forgetTransaction(txIdOf(1));
    records.forgetTransaction(txIdOf(3));
    expect(records.size).toBe(before - 1);
    expect(records.positions(txIdOf(1))).toEqual([]);
    expect(records.paid(payer, paymentId)).toBeUndefined();
    expect(records.positions(txIdOf(2))).toHaveLength(1);
  });

  it('a mandate is forgotten', () => {
    const accounts = [{ neighbour: key('B'), equivalent: 'UAH', cap: 1n }];
    const mandates = [1, 2].map((seq) => mandateOf(person(1), person(2), accounts, { seq }));
    const records = recordsWith(null, ...mandates);
    records.forgetMandate(1);
    expect([...records.mandates()]).toEqual([mandates[1]]);
  });

  it('what is volatile is gone after a stop, and nothing else', () => {
    const records = recordsWith(null, transaction(1, settled));
    records.linked.add(key('A'));
    records.knowledge.learn({ type: 'seen-question', id: 'q' });
    records.forgetVolatile();
    expect(records.linked.size).toBe(0);
    expect(records.knowledge.hasSeen('q')).toBe(false);
    expect(records.positions(txIdOf(1))).toHaveLength(1);
  });
});
