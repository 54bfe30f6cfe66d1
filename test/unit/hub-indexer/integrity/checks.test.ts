/** The integrity checks (INV-MIRROR, INV-ZERO, INV-ONEWAY, INV-LIMIT, INV-CLEAR, INV-JOURNAL) of hosted books. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkAll, checking, type FoundRight, type Hosted } from '#hub-indexer/integrity/checks.ts';
import type { Account } from '#protocol/account.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import type { DurableRecord, Records } from '#protocol/records.ts';
import { effectiveLimit, trustLineStatement } from '#protocol/trust-line.ts';
import { booksOf, inShort, readBooks, runChecked, wrongIn } from '#test/support/hosted-books.ts';
import type { Backup } from '#test/support/machine.ts';
import { chain, type Network, network } from '#test/support/network.ts';
import { key, sign, UAH, verify } from '#test/support/packets.ts';

/** A ring of debts: each of `ABCD` owes the next one, and the last one the first. */
function ring(): Network {
  const net = network('ABCD');
  for (const pair of ['BA', 'CB', 'DC', 'AD']) net.trust(pair);
  for (const [from, to] of ['AB', 'BC', 'CD', 'DA'] as const) net.pay(from as string, to as string, 20n);
  net.run();
  return net;
}

const withNeighbour = (record: DurableRecord, name: string) => 'neighbour' in record && record.neighbour === key(name);

describe('no false alarm', () => {
  it('after any step of a payment, of one that is refused, of a split one, of one that expires', () => {
    const net = network('ABCD');
    for (const pair of ['BA', 'CB', 'DC', 'CA']) net.trust(pair, 50n);
    net.pay('A', 'D', 30n);
    expect(runChecked(net, 'ABCD')).toBeGreaterThan(6);
    net.pay('A', 'D', 60n);
    runChecked(net, 'ABCD');
    net.pay('A', 'C', 35n, {
      routes: [
        ['ABC', 15n],
        ['AC', 20n],
      ],
    });
    expect(runChecked(net, 'ABCD')).toBeGreaterThan(6);
    net.pay('A', 'D', 1n);
    net.until('C ---prepare--> D');
    net.drop('C ---prepare--> D');
    net.wait(60_000);
    runChecked(net, 'ABCD');
  });

  it('after any step of payments both ways at once', () => {
    const net = network('ABC');
    for (const pair of ['BA', 'AB', 'CB', 'BC']) net.trust(pair);
    const arrows = () => net.inFlight.length;
    for (let round = 0; round < 3; round++) {
      net.pay('A', 'C', 7n);
      net.pay('C', 'A', 9n);
      net.pay('B', 'A', 4n);
      expect(arrows()).toBeGreaterThan(2);
      runChecked(net, 'ABC');
    }
  });

  it('after any step of a clearing, and of checkpoints', () => {
    const net = ring();
    net.clear('ADCBA', 15n);
    expect(runChecked(net, 'ABCD')).toBeGreaterThan(7);
    expect(net.balances('A')).toEqual({ B: -5n, D: 5n });
    net.compares = true;
    for (const name of 'ABCD') net.command(name, { type: 'propose-checkpoints', which: 'all' });
    expect(runChecked(net, 'ABCD')).toBeGreaterThan(0);
    net.wait(1_000);
    net.clear('ADCBA', 5n);
    runChecked(net, 'ABCD');
  });

  it('when the certificate comes to the payer from the receiver before the one in between has it', () => {
    const net = chain('ABC');
    net.pay('A', 'C', 10n);
    net.until('C ---commit--> B');
    net.drop('C ---commit--> B');
    net.wait(40_000);
    runChecked(net, 'ABC');
    expect(net.balances('A')).toEqual({ B: -10n });
  });

  it('of a participant that was restored, from its first step until all is as before', () => {
    const net = chain('ABC');
    net.compares = true;
    const before = net.machine('B').backup();
    net.pay('A', 'C', 10n);
    net.run();
    net.lose('B', before);
    runChecked(net, 'ABC');
    for (const pair of ['AB', 'BC']) net.link(pair);
    runChecked(net, 'ABC');
    net.wait(5_000);
    expect(net.balances('B')).toEqual({ A: 10n, C: -10n });
    expect(wrongIn(booksOf(net, 'ABC'))).toEqual([]);
  });

  it('of a lower limit, a frozen and a closed line, with debts and with payments under way', () => {
    const net = chain('ABC');
    net.pay('A', 'C', 40n);
    net.run();
    net.pay('A', 'C', 20n);
    net.until('B ---prepare--> C');
    net.trust('BA', 60n);
    runChecked(net, 'ABC');
    net.trust('BA', 60n, { status: 'frozen' });
    net.trust('CB', 0n, { status: 'closed' });
    expect(wrongIn(booksOf(net, 'ABC'))).toEqual([]);
    expect(net.balances('C')).toEqual({ B: 60n });
  });

  it('of what is let go at own risk, and paid all the same', () => {
    const net = chain('ABC');
    net.pay('A', 'C', 10n);
    net.until('B ---prepare--> C');
    const draft = net.draftOf('B ---prepare--> C');
    net.deliver('B ---prepare--> C');
    net.drop('C ---commit--> B');
    net.letGo('B', draft);
    runChecked(net, 'ABC');
    net.wait(60_000);
    expect(wrongIn(booksOf(net, 'ABC'))).toEqual([]);
    expect(net.balances('C')).toEqual({ B: 10n });
  });

  it('of neighbours that are hosted elsewhere', () => {
    const net = chain('ABC');
    net.pay('A', 'C', 10n);
    for (const label of ['prepare', 'commit']) {
      net.until(label === 'prepare' ? 'B ---prepare--> C' : 'B ---commit--> A');
      for (const names of ['A', 'B', 'AC', 'BC']) expect(wrongIn(booksOf(net, names))).toEqual([]);
    }
  });
});

describe('a mutant of each invariant is found, and nothing else', () => {
  let net: Network;
  let early: Backup;

  beforeEach(() => {
    net = ring();
    early = net.machine('C').backup();
    net.pay('A', 'C', 10n);
    net.run();
    net.clear('ADCBA', 15n);
    net.run();
    expect(wrongIn(booksOf(net, 'ABCD'))).toEqual([]);
  });

  /** What is wrong when `name` has other books. */
  function withBooks(name: string, records: Records): readonly string[] {
    return wrongIn(booksOf(net, 'ABCD').map((books) => (books.self === key(name) ? records : books)));
  }

  function changed(name: string, change: (record: DurableRecord) => DurableRecord | null): readonly string[] {
    return withBooks(name, readBooks(name, net.machine(name).backup(), change));
  }

  it('INV-MIRROR: books of an hour ago that nobody knows to be old', () => {
    expect(withBooks('C', readBooks('C', early))).toEqual(['INV-MIRROR BC', 'INV-MIRROR CD', 'INV-ZERO']);
  });

  it('INV-MIRROR: a certificate that the creditor knows to be acknowledged', () => {
    net.pay('A', 'B', 1n);
    net.until('A ---prepare--> B');
    const before = net.machine('A').backup();
    net.run();
    expect(withBooks('A', readBooks('A', before))).toEqual(['INV-MIRROR AB', 'INV-ZERO']);
  });

  it('INV-ZERO: only where errors do not make up for each other', () => {
    const found = checkAll(
      booksOf(net, 'ABCD').map((books) => (books.self === key('C') ? readBooks('C', early) : books)),
      verify,
    );
    const zero = found.find(({ invariant }) => invariant === 'INV-ZERO');
    expect(zero).toMatchObject({ equivalent: 'UAH', accounts: [], what: expect.stringMatching(/sum to -?0\.0000/) });
    // The whole clearing forgotten: what C would owe more, it would be owed more.
    net.clear('ADCBA', 5n);
    const before = net.machine('C').backup();
    net.run();
    expect(withBooks('C', readBooks('C', before))).toEqual(['INV-MIRROR BC', 'INV-MIRROR CD']);
  });

  it('INV-ONEWAY: each end says that the other owes', () => {
    const pair = network('AB');
    for (const line of ['AB', 'BA']) pair.trust(line);
    pair.pay('A', 'B', 10n);
    pair.run();
    const before = pair.machine('A').backup();
    const owedToB = pair.machine('B').records;
    expect(owedToB.account(key('A'), 'UAH')?.balance).toBe(10n);
    pair.pay('B', 'A', 30n);
    pair.run();
    const after = pair.machine('A').records;
    const other = readBooks('B', pairBackup('B', before));
    expect(wrongIn([after, other])).toEqual(['INV-ONEWAY AB', 'INV-ZERO']);

    /** B's disk as it was when A's was this. */
    function pairBackup(name: string, of: Backup): Backup {
      const known = new Set([...of.keys()].filter((id) => id.startsWith('transaction/')));
      const disk = new Map(pair.machine(name).backup());
      const account = disk.get(`account/${key('A')}/UAH`);
      const entry = [...disk.values()].find((record) => record.type === 'entry' && record.number === 1);
      for (const [id, record] of disk) {
        if (record.type === 'transaction' && !known.has(id)) disk.delete(id);
        if (record.type === 'entry' && record.number > 1) disk.delete(id);
      }
      if (account?.type !== 'account' || entry?.type !== 'entry') throw new Error('no books');
      return disk.set(`account/${key('A')}/UAH`, { ...account, balance: 10n, entries: 1, journalHead: entry.head });
    }
  });

  it.each(['reservedIn', 'reservedOut'] as const)('INV-LIMIT: another %s', (field) => {
    expect(
      changed('B', (it) => (it.type === 'account' && withNeighbour(it, 'A') ? { ...it, [field]: it[field] + 1n } : it)),
    ).toEqual(['INV-LIMIT B']);
  });

  it('INV-LIMIT: a debt above the limit that its owner signed', () => {
    const owed = net.machine('B').records.account(key('A'), 'UAH')?.balance ?? 0n;
    expect(owed).toBe(15n);
    const lowered = (limit: bigint) =>
      changed('B', (it) => {
        if (it.type === 'account' && withNeighbour(it, 'A')) return { ...it, limitGiven: limit };
        if (it.type !== 'line' || it.signed.line.from !== key('B')) return it;
        const line = { ...it.signed.line, limit };
        expect(effectiveLimit(line)).toBe(limit);
        return { ...it, signed: { line, signature: sign(trustLineStatement(line)) } };
      });
    expect(lowered(15n)).toEqual([]);
    expect(lowered(14n)).toEqual(['INV-LIMIT B']);
  });

  describe('INV-CLEAR: a clearing of which its initiator', () => {
    let disk: Backup;
    let withB: DurableRecord;

    /** What comes in by the clearing comes from B, what goes out goes to D. */
    beforeEach(() => {
      const net = ring();
      net.clear('ADCBA', 15n);
      net.until('B ---prepare--> A');
      const account = net.machine('A').records.account(key('B'), UAH);
      net.run();
      disk = net.machine('A').backup();
      if (account === undefined) throw new Error('no account');
      withB = account;
    });

    it('saved one half', () => {
      const records = readBooks('A', disk, (it) => (it.type === 'account' && withNeighbour(it, 'B') ? withB : it));
      expect(wrongIn([records])).toEqual(['INV-CLEAR A']);
    });

    it('committed its first position and not its last', () => {
      const records = readBooks('A', disk, (it) => {
        if (it.type === 'account' && withNeighbour(it, 'B')) return { ...(withB as Account), reservedIn: 15n };
        if (it.type !== 'transaction') return it;
        const positions = it.positions.map((position) => {
          if (position.position !== 4 || position.state !== 'committed') return position;
          const { type, txId, header, route, signatures } = position;
          return { type, txId, position: 4, header, route, signatures, state: 'held' } as const;
        });
        return { ...it, positions };
      });
      expect(wrongIn([records])).toEqual(['INV-CLEAR A']);
    });
  });

  it.each<[string, (record: DurableRecord) => DurableRecord]>([
    ['an amount in a journal', (it) => (it.type === 'entry' && it.number === 1 ? { ...it, delta: it.delta + 1n } : it)],
    ['a limit', (it) => (it.type === 'account' ? { ...it, limitReceived: it.limitReceived + 1n } : it)],
    ['the length of a journal', (it) => (it.type === 'account' ? { ...it, entries: it.entries + 1 } : it)],
  ])('INV-JOURNAL: %s', (_what, change) => {
    expect(changed('B', (it) => (withNeighbour(it, 'A') ? change(it) : it))).toEqual(['INV-JOURNAL B']);
  });

  it('INV-JOURNAL with all that follows from it: another balance', () => {
    expect(
      changed('B', (it) =>
        it.type === 'account' && withNeighbour(it, 'A') ? { ...it, balance: it.balance + 1n } : it,
      ),
    ).toEqual(['INV-JOURNAL B', 'INV-MIRROR AB', 'INV-ZERO']);
  });

  it('INV-JOURNAL: a signature, where signatures are looked at', () => {
    const forged = readBooks('B', net.machine('B').backup(), (it) => {
      if (it.type !== 'transaction') return it;
      const positions = it.positions.map((position) =>
        position.state === 'committed' ? { ...position, commit: new Uint8Array(64) } : position,
      );
      return { ...it, positions };
    });
    const found = checkAll([forged], verify);
    expect(new Set(found.map(inShort))).toEqual(new Set(['INV-JOURNAL B']));
    expect(checkAll([forged], () => true)).toEqual([]);
  });
});

describe('a check of what is new since the one before', () => {
  let net: Network;
  let hosted: Hosted;
  let found: FoundRight;

  beforeEach(() => {
    net = ring();
    hosted = new Map(booksOf(net, 'ABCD').map((records) => [records.self, records]));
    found = new WeakMap();
    expect(check('new')).toEqual([]);
  });

  /** Of all books, or of what is new in them. */
  function check(what: 'new' | 'all'): readonly string[] {
    const steps = checking(hosted, () => (what === 'all' ? verify : null), found);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value.map(inShort).sort();
  }

  const books = (name: string): Records => net.machine(name).records;
  const account = (name: string, neighbour: string): Account => books(name).account(key(neighbour), UAH) as Account;

  it('reads only that', () => {
    net.pay('A', 'B', 1n);
    net.run();
    const entry = vi.spyOn(books('A'), 'entry');
    const positions = vi.spyOn(books('A'), 'positions');
    expect(check('new')).toEqual([]);
    expect(new Set(entry.mock.calls.map(([, , number]) => number))).toEqual(new Set([2]));
    entry.mockClear();
    positions.mockClear();
    expect(check('new')).toEqual([]);
    expect([entry, positions].map(({ mock }) => mock.calls)).toEqual([[], []]);
    expect(check('all')).toEqual([]);
    expect(entry.mock.calls.map(([, , number]) => number)).toContain(1);
  });

  it('finds a balance that is another, and finds it until it is right', () => {
    const right = account('B', 'A');
    books('B').apply({ ...right, balance: right.balance + 1n });
    for (let times = 0; times < 2; times++) {
      expect(check('new')).toEqual(['INV-JOURNAL B', 'INV-MIRROR AB', 'INV-ZERO']);
    }
    books('B').apply(right);
    expect(check('new')).toEqual([]);
  });

  it('finds what was booked otherwise than the transaction says', () => {
    net.pay('A', 'B', 1n);
    net.run();
    const { balance, entries } = account('B', 'A');
    const last = books('B').entry(key('A'), UAH, entries) as JournalEntry;
    books('B').apply({ ...last, delta: 2n });
    books('B').apply({ ...account('B', 'A'), balance: balance + 1n });
    expect(check('new')).toContain('INV-JOURNAL B');
  });

  it('finds a clearing of which one half was booked', () => {
    net.clear('ADCBA', 15n);
    net.until('B ---prepare--> A');
    const before = account('A', 'B');
    net.run();
    const right = account('A', 'B');
    books('A').apply(before);
    for (let times = 0; times < 2; times++) expect(check('new')).toContain('INV-CLEAR A');
    books('A').apply(right);
    expect(check('new')).toEqual([]);
  });

  it('does not look at what was right before; one of all does', () => {
    const first = books('B').entry(key('A'), UAH, 1) as JournalEntry;
    books('B').apply({ ...first, delta: first.delta + 1n });
    expect(check('new')).toEqual([]);
    expect(check('all')).toEqual(['INV-JOURNAL B']);
    // What was not right is looked at from the beginning.
    expect(check('new')).toEqual(['INV-JOURNAL B']);
    books('B').apply(first);
    expect(check('new')).toEqual([]);
  });
});
