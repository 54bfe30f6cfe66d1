/** Carries out the rows of a community on the nodes of its members, in order, through their APIs. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { formatAmount } from '#protocol/amount.ts';
import { ApiError } from '../api/client.ts';
import type { Result } from '../api/contract.ts';
import { unitsOf } from '../cli/show.ts';
import { Failure } from '../failure.ts';
import { MapWatch } from './map.ts';
import type { Members } from './members.ts';
import type { Circle, Debt, Outcome, PaymentOutcome, TrustOutcome } from './outcome.ts';
import type { Tell } from './progress.ts';
import { type Community, type PayRow, stepsOf, type TrustRow } from './rows.ts';

/** How long one call waits for a payment or an acknowledgement; then it is told, and waited for again. */
const WAIT_MS = 10_000;
/** A neighbour on this very machine that has not answered by then will not. */
const ACK_MS = 60_000;
const LOOK_AGAIN_MS = 100;
/** In which one search for circles finds and clears most of what it will. */
const SEEK_MS = 3_000;
/** Searches, while each of them still finds some. */
const MOST_ROUNDS = 20;
/** For both ends of every account to have written the same: what is under way ends within its lifetime. */
const SETTLED_MS = 60_000;

export async function carryOut(
  community: Community,
  members: Members,
  { tell, clears }: { readonly tell: Tell; readonly clears: boolean },
): Promise<Outcome> {
  const run = new Run(community, members, tell);
  for (const step of stepsOf(community.rows)) {
    if (step.kind === 'trust') await run.trust(step);
    else await run.pay(step.rows, step.group);
  }
  if (clears) await run.clear();
  return run.outcome();
}

type Payment = Result<'pay'>;

class Run {
  readonly #community: Community;
  readonly #members: Members;
  readonly #tell: Tell;
  readonly #map: MapWatch;
  readonly #trustLines: TrustOutcome[] = [];
  readonly #cleared: Circle[] = [];
  readonly #payments = new Map<PayRow, PaymentOutcome>();
  /** Of payments that their rows do not name. */
  readonly #idPrefix = randomUUID();
  readonly #idsSeen = new Set<string>();

  constructor(community: Community, members: Members, tell: Tell) {
    this.#community = community;
    this.#members = members;
    this.#tell = tell;
    this.#map = new MapWatch(members);
  }

  /** Opens or changes a trust line; its other end has it when this resolves. */
  async trust(row: TrustRow): Promise<void> {
    const { from, to, equivalent } = row;
    const limit = formatAmount(row.limit);
    const { client } = this.#members.get(from);
    const who = this.#members.get(to).publicKey;
    let refusal: TrustOutcome['refusal'] = null;
    try {
      const { given } = await client.setTrustLine({ who, equivalent, limit, waitMs: ACK_MS });
      if (given?.acked !== true) throw new Failure('node-unreachable', `The node of ${to} does not answer ${from}.`);
      this.#map.add(equivalent, { from, to });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refusal = { code: error.code, lowest: lowestLimit(error.facts) };
    }
    const outcome: TrustOutcome = { from, to, equivalent, limit, refusal };
    this.#trustLines.push(outcome);
    this.#tell({ type: 'trust', row, outcome });
  }

  /** Pays; several rows at the same time. Resolves when the outcome of all is known. */
  async pay(rows: readonly PayRow[], group: string | null): Promise<void> {
    await this.#map.untilComplete(this.#tell);
    this.#tell({ type: 'paying', rows, group });
    const started = rows.map((row) => {
      const isRepeated = row.id !== null && this.#idsSeen.has(row.id);
      if (row.id !== null) this.#idsSeen.add(row.id);
      return { row, isRepeated };
    });
    await Promise.all(
      started.map(async ({ row, isRepeated }) => {
        const outcome = this.#outcomeOf(row, await this.#paymentOf(row));
        this.#payments.set(row, outcome);
        this.#tell({ type: 'paid', row, outcome, isRepeated });
      }),
    );
  }

  /** The payment in its final state. Asking again with the same id is what waits for it: it is never paid twice. */
  async #paymentOf(row: PayRow): Promise<Payment> {
    const { from, to, equivalent } = row;
    const { client } = this.#members.get(from);
    const id = row.id ?? `${this.#idPrefix} ${row.line}`;
    const order = { to: this.#members.get(to).publicKey, equivalent, amount: formatAmount(row.amount), id };
    for (;;) {
      const payment = await client.pay({ ...order, waitMs: WAIT_MS });
      if (payment.state === 'COMMITTED' || payment.state === 'ABORTED') return payment;
      this.#tell({ type: 'waiting', row });
    }
  }

  #outcomeOf({ from, to, equivalent, amount }: PayRow, payment: Payment): PaymentOutcome {
    const { refusal, hops, ms, routes } = payment;
    const isCommitted = payment.state === 'COMMITTED';
    const nameOf = ({ publicKey }: { publicKey: string }): string => this.#members.nameOf(publicKey);
    return {
      from,
      to,
      equivalent,
      amount: formatAmount(amount),
      state: isCommitted ? 'COMMITTED' : 'ABORTED',
      hops: isCommitted ? hops : null,
      ms: ms ?? 0,
      refusal: refusal && {
        code: refusal.code,
        hop: refusal.hop && { from: nameOf(refusal.hop.from), to: nameOf(refusal.hop.to) },
        limit: refusal.limit,
        maxNow: refusal.maxNow,
      },
      routes: isCommitted ? routes.map(({ nodes, amount: part }) => ({ nodes: nodes.map(nameOf), amount: part })) : [],
    };
  }

  /** Lets everybody look for circles of debt, again as long as any are found. */
  async clear(): Promise<void> {
    if (this.#payments.size === 0) return;
    const before = await this.#settledDebts();
    this.#tell({ type: 'clearing', debts: before.debts });
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const found = await Promise.all(this.#members.all.map(({ client }) => client.seekRings({ waitMs: SEEK_MS })));
      const circles = new Map(found.flatMap(({ cleared }) => cleared.map((circle) => [circle.txId, circle] as const)));
      for (const { participants, equivalent, amount } of circles.values()) {
        const names = participants.map(({ publicKey }) => this.#members.nameOf(publicKey));
        // From whoever comes first in the file, wherever it was begun.
        const first = this.#community.participants.find((name) => names.includes(name)) as string;
        const at = names.indexOf(first);
        this.#cleared.push({ nodes: [...names.slice(at), ...names.slice(0, at), first], equivalent, amount });
      }
      if (circles.size === 0) break;
    }
    this.#tell({ type: 'cleared', circles: this.#cleared });
  }

  async outcome(): Promise<Outcome> {
    const { participants, rows } = this.#community;
    const { debts, zeroSum } = await this.#settledDebts();
    this.#tell({ type: 'debts', debts, zeroSum });
    const payments = rows.flatMap((row) => (row.kind === 'pay' ? [this.#payments.get(row) as PaymentOutcome] : []));
    const [cleared, trustLines] = [this.#cleared, this.#trustLines];
    return { participants: participants.length, trustLines, payments, cleared, debts, zeroSum };
  }

  /** Both ends of an account have their own books; what the payer knows may be a moment ahead of the others. */
  async #settledDebts(): Promise<Pick<Outcome, 'debts' | 'zeroSum'>> {
    const deadline = performance.now() + SETTLED_MS;
    for (;;) {
      const books = await this.#books();
      const zeroSum = [...books.values()].every((page) => books.get(mirrorOf(page))?.balance === -page.balance);
      if (zeroSum || performance.now() > deadline) return { debts: this.#debtsOf(books), zeroSum };
      await setTimeout(LOOK_AGAIN_MS);
    }
  }

  /** Every account, from each of its ends. */
  async #books(): Promise<ReadonlyMap<string, Page>> {
    const books = new Map<string, Page>();
    for (const { name: owner, client } of this.#members.all) {
      const { accounts } = await client.getBalance();
      for (const { neighbour, equivalent, balance } of accounts) {
        const of = { owner, neighbour: this.#members.nameOf(neighbour.publicKey), equivalent };
        books.set(keyOf(of), { ...of, balance: unitsOf(balance) });
      }
    }
    return books;
  }

  #debtsOf(books: ReadonlyMap<string, Page>): Debt[] {
    const { participants, precisions } = this.#community;
    const debts: Debt[] = [];
    for (const equivalent of precisions.keys()) {
      for (const debtor of participants) {
        for (const creditor of participants) {
          const owed = books.get(keyOf({ owner: creditor, neighbour: debtor, equivalent }))?.balance ?? 0n;
          if (owed > 0n) debts.push({ debtor, creditor, equivalent, amount: formatAmount(owed) });
        }
      }
    }
    return debts;
  }
}

/** One account as one of its ends has it: above zero when the neighbour owes the owner. */
interface Page {
  readonly owner: string;
  readonly neighbour: string;
  readonly equivalent: string;
  readonly balance: bigint;
}

function keyOf({ owner, neighbour, equivalent }: Omit<Page, 'balance'>): string {
  return JSON.stringify([owner, neighbour, equivalent]);
}

function mirrorOf({ owner, neighbour, equivalent }: Page): string {
  return keyOf({ owner: neighbour, neighbour: owner, equivalent });
}

/** `limit-below-debt` says what is owed and what payments under way hold. */
function lowestLimit({ debt, reserved }: ApiError['facts']): string | null {
  return typeof debt === 'string' && typeof reserved === 'string'
    ? formatAmount(unitsOf(debt) + unitsOf(reserved))
    : null;
}
