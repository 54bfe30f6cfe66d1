/**
 * What must become of a community's rows, told by one naive ledger: no nodes, no messages, nothing of the core. It
 * follows the routes that were reported, after checking that together they could carry the amount, and refuses to believe
 * that nothing could when the maximum flow could.
 */

import { unitsOf } from '#node/cli/show.ts';
import type { Circle } from '#node/community/outcome.ts';
import { MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import type { CommunityStep, Debt, PaymentOutcome, TrustOutcome } from '#simulations/community.ts';

type Trust = Extract<CommunityStep, { kind: 'trust' }>;
type Payments = Extract<CommunityStep, { kind: 'payments' }>['rows'];
type PayRow = Payments[number];

/** Decimal text in 10⁻⁸ units, and back. */
function units(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(8, '0'));
}

const key = (...parts: readonly string[]): string => JSON.stringify(parts);

export class CommunityOracle {
  readonly #names: readonly string[];
  /** By [creditor, debtor, equivalent]: how much the debtor may owe, and does. */
  readonly #limits = new Map<string, bigint>();
  readonly #debts = new Map<string, bigint>();
  readonly #byId = new Map<string, PaymentOutcome>();
  /** All that was not as it must be. */
  readonly complaints: string[] = [];
  /** How often each thing was judged, so that a test can see that nothing was judged in vain. */
  readonly counts = {
    committed: 0,
    rerouted: 0,
    split: 0,
    refused: 0,
    noRoute: 0,
    repeated: 0,
    limitRefused: 0,
    met: 0,
  };

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  trust({ from, to, equivalent, limit }: Trust, { refusal }: TrustOutcome): void {
    const owed = this.#owed(from, to, equivalent);
    if (limit >= owed) {
      this.#limits.set(key(from, to, equivalent), limit);
      if (refusal !== null) this.#complain(`${from} may set the limit of ${to} to ${limit}: ${refusal.code}`);
      return;
    }
    this.counts.limitRefused++;
    if (refusal?.code !== 'limit-below-debt' || units(refusal.lowest ?? '0') !== owed) {
      this.#complain(`${from} may not set the limit of ${to} to ${limit}, below ${owed}: ${JSON.stringify(refusal)}`);
    }
  }

  /** Payments that started together, in the order of their outcomes. */
  pay(rows: Payments, outcomes: readonly PaymentOutcome[]): void {
    const fresh: { readonly row: PayRow; readonly outcome: PaymentOutcome }[] = [];
    for (const [index, row] of rows.entries()) {
      const outcome = outcomes[index] as PaymentOutcome;
      const before = row.id === null ? undefined : this.#byId.get(row.id);
      if (row.id !== null) this.#byId.set(row.id, outcome);
      if (before === undefined) fresh.push({ row, outcome });
      else {
        this.counts.repeated++;
        if (JSON.stringify(before) !== JSON.stringify(outcome)) this.#complain(`${row.id} had two outcomes`);
      }
    }
    const places = fresh.map(({ row }) => this.#place(row));
    if (new Set(places).size === places.length) for (const { row, outcome } of fresh) this.#payAlone(row, outcome);
    else this.#payTogether(fresh);
  }

  /** Circles that were cleared, in order: each must be one, and every debt on it at least so much. */
  clear(circles: readonly Circle[]): void {
    for (const { nodes, equivalent, amount } of circles) {
      const least = unitsOf(amount);
      const shown = `the circle ${nodes.join(' owes ')} of ${amount} ${equivalent}`;
      if (nodes[0] !== nodes.at(-1) || new Set(nodes).size !== nodes.length - 1) this.#complain(`${shown} is none`);
      for (const [at, debtor] of nodes.slice(0, -1).entries()) {
        const creditor = nodes[at + 1] as string;
        const owed = this.#owed(creditor, debtor, equivalent);
        if (owed < least || least <= 0n) this.#complain(`${shown}: ${debtor} owed ${creditor} ${owed}`);
        this.#debts.set(key(creditor, debtor, equivalent), owed - least);
      }
    }
  }

  /** The debts must be exactly these. */
  debts(debts: readonly Debt[]): void {
    const told = debts.map(({ debtor, creditor, equivalent, amount }) => [
      ...[key(creditor, debtor, equivalent), units(amount)],
    ]);
    const known = [...this.#debts].filter(([, amount]) => amount > 0n);
    const [a, b] = [told, known].map((list) => list.map(String).sort().join('\n'));
    if (a !== b) this.#complain(`debts are\n${a}\nand must be\n${b}`);
  }

  /** Alone, a payment succeeds if and only if routes of at most six hops carry it together. */
  #payAlone(row: PayRow, outcome: PaymentOutcome): void {
    const { from, to, equivalent, amount } = row;
    const what = `${from} pays ${to} ${amount} ${equivalent}`;
    const shortest = this.#distance(row, (hop) => this.#room(...hop, equivalent) >= amount);
    const onMap = this.#distance(row, (hop) => this.#isOnMap(...hop, equivalent));
    const most = this.#mostFrom(row);
    if (outcome.state === 'COMMITTED') {
      this.counts.committed++;
      if (shortest !== onMap) this.counts.rerouted++;
      if (outcome.routes.length > 1) this.counts.split++;
      if (amount > most) this.#complain(`${what}: ${most} could be paid, and it was done`);
      this.#checkRoutes(row, outcome, (hop, part) => this.#room(...hop, equivalent) >= part);
      this.#move(outcome, row);
      return;
    }
    this.counts.refused++;
    if (shortest !== null) this.#complain(`${what}: a route of ${shortest} hops carries it, and it was refused`);
    // Of up to seven participants no route has more than six hops; more ways together than eight do not occur.
    if (this.#names.length <= 7 && amount <= most) this.#complain(`${what}: ${most} can be paid, and it was refused`);
    this.#checkRefusal(row, outcome, onMap !== null);
  }

  /** The maximum flow, one shortest chain after the other. */
  #mostFrom({ from, to, equivalent }: PayRow): bigint {
    const left = new Map<string, bigint>();
    const room = (one: string, other: string): bigint => {
      const isLine = this.#isOnMap(one, other, equivalent);
      return left.get(key(one, other)) ?? (isLine ? this.#room(one, other, equivalent) : 0n);
    };
    for (let sum = 0n; ; ) {
      const before = new Map<string, string>([[from, from]]);
      const queue = [from];
      for (const node of queue) {
        for (const name of this.#names) {
          if (before.has(name) || room(node, name) <= 0n) continue;
          before.set(name, node);
          queue.push(name);
        }
      }
      if (!before.has(to)) return sum;
      const chain: [string, string][] = [];
      for (let node = to; node !== from; node = before.get(node) as string)
        chain.push([before.get(node) as string, node]);
      let part = room(...(chain[0] as [string, string]));
      for (const hop of chain) if (room(...hop) < part) part = room(...hop);
      for (const [one, other] of chain) {
        const [there, back] = [room(one, other) - part, room(other, one) + part];
        left.set(key(one, other), there).set(key(other, one), back);
      }
      sum += part;
    }
  }

  #checkRefusal(row: PayRow, { refusal }: PaymentOutcome, isOnMap: boolean): void {
    const wrong = this.#wrongRefusal(row, refusal, isOnMap);
    if (wrong !== null) this.#complain(`${row.from} was refused with ${JSON.stringify(refusal)}: ${wrong}`);
  }

  /** A refusal names a hop whose limit really is too small; only where no chain is known at all it names none. */
  #wrongRefusal({ equivalent, amount }: PayRow, refusal: PaymentOutcome['refusal'], isOnMap: boolean): string | null {
    if (refusal === null) return 'no refusal';
    const { code, hop, limit, maxNow } = refusal;
    if (!isOnMap) {
      this.counts.noRoute++;
      return code === 'no-route' && hop === null ? null : 'there is no chain at all';
    }
    if (hop === null) return 'no hop is named';
    const room = this.#room(hop.from, hop.to, equivalent);
    if (room >= amount) return `the hop carries ${room}`;
    const given = this.#limits.get(key(hop.to, hop.from, equivalent));
    if (code === 'no-trust-line') return given === undefined && room === 0n ? null : `the limit is ${given}`;
    if (code !== 'insufficient') return 'another reason';
    if (limit === null || units(limit) !== (given ?? 0n)) return `the limit is ${given}`;
    return maxNow !== null && units(maxNow) === room ? null : `${room} would pass`;
  }

  /** Payments that may be in each other's way: nothing is made or lost, and no limit is passed, whatever the order was. */
  #payTogether(payments: readonly { readonly row: PayRow; readonly outcome: PaymentOutcome }[]): void {
    this.counts.met++;
    for (const { row, outcome } of payments) {
      if (outcome.state === 'ABORTED') {
        if (outcome.refusal === null) this.#complain('no refusal');
        continue;
      }
      this.#checkRoutes(row, outcome, (hop) => this.#isOnMap(...hop, row.equivalent));
      this.#move(outcome, row);
    }
    for (const [account, owed] of this.#debts) {
      const limit = this.#limits.get(account) ?? 0n;
      if (owed > limit) this.#complain(`${account} owes ${owed} of ${limit}`);
    }
  }

  #checkRoutes(
    { from, to, amount }: PayRow,
    { routes, hops }: PaymentOutcome,
    carries: (hop: [string, string], part: bigint) => boolean,
  ): void {
    const used = new Map<string, bigint>();
    for (const { nodes, amount: part } of routes) {
      const complain = (why: string): void => this.#complain(`the route ${nodes.join(' → ')} ${why}`);
      if (nodes[0] !== from || nodes.at(-1) !== to) complain(`does not go from ${from} to ${to}`);
      if (nodes.length - 1 > MAX_PAYMENT_HOPS) complain('is too long');
      if (new Set(nodes).size !== nodes.length) complain('passes somebody twice');
      for (const hop of hopsOf(nodes)) {
        const sum = (used.get(key(...hop)) ?? 0n) + units(part);
        used.set(key(...hop), sum);
        if (!carries(hop, sum)) complain('cannot carry it');
      }
    }
    const longest = Math.max(...routes.map(({ nodes }) => nodes.length - 1));
    if (longest !== hops) this.#complain(`${from} was told of ${hops} hops, not ${longest}`);
    const total = routes.reduce((sum, route) => sum + units(route.amount), 0n);
    if (total !== amount) this.#complain(`the routes of ${from} carry ${total}, not ${amount}`);
  }

  #move({ routes }: PaymentOutcome, { equivalent }: PayRow): void {
    for (const route of routes) {
      const amount = units(route.amount);
      for (const [from, to] of hopsOf(route.nodes)) {
        const owedBack = this.#owed(from, to, equivalent);
        const paidBack = amount < owedBack ? amount : owedBack;
        this.#debts.set(key(from, to, equivalent), owedBack - paidBack);
        const account = key(to, from, equivalent);
        this.#debts.set(account, (this.#debts.get(account) ?? 0n) + amount - paidBack);
      }
    }
  }

  /** The length of a shortest way over hops that can be taken, breadth first; null when none has at most six. */
  #distance({ from, to }: PayRow, canTake: (hop: [string, string]) => boolean): number | null {
    let reached = new Set([from]);
    for (let hops = 1; hops <= MAX_PAYMENT_HOPS; hops++) {
      const further = this.#names.filter((name) => [...reached].some((known) => canTake([known, name])));
      reached = new Set([...reached, ...further]);
      if (reached.has(to)) return hops;
    }
    return null;
  }

  /** Payments can only meet where chains of lines connect them, and in one equivalent. */
  #place({ from, equivalent }: PayRow): string {
    let reached = new Set([from]);
    for (let before = 0; before < reached.size; ) {
      before = reached.size;
      const known = [...reached];
      reached = new Set([
        ...reached,
        ...this.#names.filter((name) => known.some((other) => this.#isOnMap(other, name, equivalent))),
      ]);
    }
    return key(equivalent, ...[...reached].sort());
  }

  #isOnMap(one: string, other: string, equivalent: string): boolean {
    return this.#limits.has(key(one, other, equivalent)) || this.#limits.has(key(other, one, equivalent));
  }

  /** What a hop can carry: what the one who pays may still owe, and what they are owed. */
  #room(from: string, to: string, equivalent: string): bigint {
    const limit = this.#limits.get(key(to, from, equivalent)) ?? 0n;
    return limit - this.#owed(to, from, equivalent) + this.#owed(from, to, equivalent);
  }

  #owed(creditor: string, debtor: string, equivalent: string): bigint {
    return this.#debts.get(key(creditor, debtor, equivalent)) ?? 0n;
  }

  #complain(what: string): void {
    this.complaints.push(what);
  }
}

function hopsOf(nodes: readonly string[]): [string, string][] {
  return nodes.slice(1).map((to, at) => [nodes[at] as string, to]);
}
