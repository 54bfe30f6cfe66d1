/**
 * Members of one hub pay each other at a steady rate while the hub is killed and comes back. What it shows: how long a
 * payment takes from the attempt's being sent to its proven outcome, what the hub takes of the machine, and that nothing
 * that a payer was shown is lost.
 */
import { setTimeout } from 'node:timers/promises';
import type { Order } from '#desktop/ui/src/member/documents.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import type { Paid } from '#desktop/ui/src/member/payments.ts';
import { randomHex } from '#desktop/ui/src/member/random.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Random } from '#simulations/random.ts';
import { type BooksReport, checkMemberBooks, type ShownPayment } from './members-books.ts';
import { type CrowdMember, forAll, newMember, patiently } from './members-crowd.ts';
import type { SoakHub } from './members-hub.ts';

const EQUIVALENT = 'UAH';
const UNIT = 100_000_000n;
const LIMIT = 1_000n * UNIT;
const LARGEST_UNITS = 10;
/** Each trusts so many beside it in a circle, on either side, and is trusted by them … */
const BESIDE = 4;
/** … of a thousand such lines, so many go to anybody instead. */
const REWIRED = 200;
const AT_ONCE = 32;
const TOLD_OF = 100;
const IDLE_AGAIN_MS = 20;
const SAMPLE_MS = 1_000;
const TELL_MS = 10_000;
/** What was begun before the last kill ends within its lifetime. */
const REST_MS = 120_000;
/** Kills are over after this part of the time, so that the last life shows whether memory grows. */
const KILLED_WITHIN = 0.3;
/** Each page looks at what proves its balances so often. */
const LOOK_MS = 120_000;

export interface LoadOptions {
  readonly members: number;
  /** Payments a second. */
  readonly rate: number;
  readonly minutes: number;
  readonly kills: number;
  readonly seed: number;
  readonly tell: (what: string) => void;
}

/** How one payment went. */
interface Payment {
  readonly paid: Paid;
  /** How far it went; 0: it did not. */
  readonly hops: number;
  /** From the attempt's being sent; null: there was no way to send one over. */
  readonly tookMs: number | null;
  /** From the wish to pay, with the way there looked for. */
  readonly wishMs: number;
  readonly tries: number;
}

interface Sample {
  /** Which life of the hub. */
  readonly life: number;
  readonly rssBytes: number;
  readonly ownBytes: number | null;
  readonly cpuSeconds: number;
  /** After the last full collection of garbage; null: there was none in this life. */
  readonly liveBytes: number | null;
}

export interface LoadFigures {
  readonly payments: number;
  readonly paid: number;
  readonly refused: number;
  readonly open: number;
  /** Those that were sent more than once, since the hub was away. */
  readonly retried: number;
  /** Milliseconds from sending an attempt to its proven outcome. */
  readonly outcomeMs: Spread;
  /** The same from the wish to pay. */
  readonly wishMs: Spread;
  readonly startsMs: readonly number[];
  /** Memory that the hub takes of the machine; without mapped files; what was in use after the last full collection of garbage. */
  readonly rssMiB: Growth;
  readonly ownMiB: Growth;
  readonly liveMiB: Growth;
  /** Of one processor. */
  readonly hubCpu: number;
  readonly generatorCpu: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** What pages have signed after they had looked at what proves their balances. */
  readonly checkpoints: number;
  readonly books: BooksReport;
}

/** Mebibytes in the last life of the hub: the means of its thirds; `most`: ever. */
export interface Growth {
  readonly firstThird: number;
  readonly middleThird: number;
  readonly lastThird: number;
  readonly most: number;
}

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export async function runLoad(hub: SoakHub, options: LoadOptions): Promise<LoadFigures> {
  const run = new LoadRun(hub, options);
  return run.run();
}

class LoadRun {
  readonly #hub: SoakHub;
  readonly #options: LoadOptions;
  readonly #random: Random;
  readonly #payments: Payment[] = [];
  readonly #shown: ShownPayment[] = [];
  readonly #samples: Sample[] = [];
  readonly #startsMs: number[] = [];
  #crowd: readonly CrowdMember[] = [];
  #life = 0;
  #checkpoints = 0;
  /** Accounts that a page found not to be proven. */
  readonly #unproven: string[] = [];
  /** Those who are paying. */
  readonly #busy = new Set<CrowdMember>();

  constructor(hub: SoakHub, options: LoadOptions) {
    this.#hub = hub;
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async run(): Promise<LoadFigures> {
    const { tell } = this.#options;
    this.#startsMs.push(await this.#hub.start());
    await this.#settleIn();
    tell('all have joined, trust and have given their mandates; payments begin');
    const cpuBefore = await this.#hub.cpuSeconds();
    const ownBefore = process.cpuUsage();
    const beganAt = performance.now();
    const over = new AbortController();
    const watching = this.#watch(over.signal, beganAt);
    const killing = this.#killNowAndThen(beganAt);
    const looking = this.#lookAtBooks(over.signal);
    await this.#payAtRate(beganAt);
    await killing;
    const seconds = (performance.now() - beganAt) / 1_000;
    const hubCpu = ((await this.#hub.cpuSeconds()) - cpuBefore) / seconds;
    const own = process.cpuUsage(ownBefore);
    over.abort();
    await Promise.all([watching, looking]);
    const atRest = await this.#comeToRest();
    await this.#hub.stop();
    tell('the hub has stopped; its books are read');
    const books = await checkMemberBooks(
      this.#hub.folder,
      this.#crowd.map(({ key }) => key),
      this.#shown,
    );
    const notAtRest = atRest ? [] : [`not at rest after ${REST_MS / 1_000} s`];
    const violations = [...notAtRest, ...this.#unproven, ...books.violations];
    return this.#figures({ ...books, violations }, hubCpu, (own.user + own.system) / 1e6 / seconds);
  }

  async #settleIn(): Promise<void> {
    const { members, tell } = this.#options;
    const { url } = this.#hub;
    const info = await readHub(url);
    this.#crowd = Array.from({ length: members }, (_, at) => newMember(url, info, this.#random, at));
    await forAll(this.#crowd, AT_ONCE, (one) =>
      patiently(one, () => one.connection.join(one.name, 'person', null, false)),
    );
    tell(`${members} have joined`);
    const lines = this.#smallWorld();
    await forAll(this.#crowd, AT_ONCE, async (one, at) => {
      for (const other of lines[at] ?? []) await patiently(one, () => one.member.trust(other.key, EQUIVALENT, LIMIT));
      if ((at + 1) % TOLD_OF === 0) tell(`${at + 1} trust`);
    });
    await forAll(this.#crowd, AT_ONCE, (one) => patiently(one, () => one.member.renewMandate()));
  }

  /** Whom each trusts: friends trust each other. */
  #smallWorld(): readonly (readonly CrowdMember[])[] {
    const { length } = this.#crowd;
    const pairs = new Set<string>();
    for (let at = 0; at < length; at++) {
      for (let step = 1; step <= BESIDE; step++) {
        const other = this.#random.permille(REWIRED) ? this.#random.below(length) : (at + step) % length;
        if (other !== at) pairs.add([at, other].sort((a, b) => a - b).join(' '));
      }
    }
    const trusted: CrowdMember[][] = Array.from({ length }, () => []);
    for (const pair of pairs) {
      const [a = 0, b = 0] = pair.split(' ').map(Number);
      trusted[a]?.push(this.#crowd[b] as CrowdMember);
      trusted[b]?.push(this.#crowd[a] as CrowdMember);
    }
    return trusted;
  }

  /** Begins payments when it is their time, however long those before take, and waits for all. */
  async #payAtRate(beganAt: number): Promise<void> {
    const { rate, minutes } = this.#options;
    const count = Math.round(rate * minutes * 60);
    const all: Promise<void>[] = [];
    for (let number = 0; number < count; number++) {
      const waitMs = beganAt + (number * 1_000) / rate - performance.now();
      if (waitMs > 0) await setTimeout(waitMs);
      all.push(this.#payOne());
    }
    await Promise.all(all);
  }

  async #payOne(): Promise<void> {
    const payer = await this.#idleMember();
    let receiver = payer;
    while (receiver === payer) receiver = this.#random.pick(this.#crowd);
    const amount = BigInt(this.#random.between(1, LARGEST_UNITS)) * UNIT;
    const paymentId = randomHex(32) as PaymentId;
    const order: Order = { paymentId, receiver: receiver.key, equivalent: EQUIVALENT, amount, sealedMemo: null };
    const wishedAt = performance.now();
    const { done: paid, postedAtMs, tries } = await patiently(payer, () => payer.member.pay(order));
    this.#busy.delete(payer);
    const nowMs = performance.now();
    const tookMs = postedAtMs === null ? null : nowMs - postedAtMs;
    const receipt = paid.state === 'paid' ? shownBy(paid.receipt) : null;
    this.#payments.push({ paid, hops: receipt?.hops ?? 0, tookMs, wishMs: nowMs - wishedAt, tries });
    if (receipt !== null) this.#shown.push(receipt);
  }

  /** One who is not paying just now: a person does one thing at a time. */
  async #idleMember(): Promise<CrowdMember> {
    while (this.#busy.size === this.#crowd.length) await setTimeout(IDLE_AGAIN_MS);
    for (;;) {
      const member = this.#random.pick(this.#crowd);
      if (this.#busy.has(member)) continue;
      this.#busy.add(member);
      return member;
    }
  }

  async #killNowAndThen(beganAt: number): Promise<void> {
    const { kills, minutes, tell } = this.#options;
    for (let kill = 1; kill <= kills; kill++) {
      const atMs = (KILLED_WITHIN * minutes * 60_000 * kill) / kills;
      await setTimeout(beganAt + atMs - performance.now());
      await this.#hub.kill();
      this.#life++;
      this.#startsMs.push(await this.#hub.start());
      tell(`killed, and back after ${((this.#startsMs.at(-1) ?? 0) / 1_000).toFixed(1)} s`);
    }
  }

  /** As open pages do: one member after the other, each once a round. */
  async #lookAtBooks(over: AbortSignal): Promise<void> {
    const all: Promise<void>[] = [];
    for (let turn = 0; !over.aborted; turn++) {
      all.push(this.#look(this.#crowd[turn % this.#crowd.length] as CrowdMember));
      await setTimeout(LOOK_MS / this.#crowd.length);
    }
    await Promise.all(all);
  }

  async #look(one: CrowdMember): Promise<void> {
    const { done } = await patiently(one, () => one.member.checkBooks());
    this.#checkpoints += done.signed;
    for (const { neighbour, flaw } of done.unproven) this.#unproven.push(`${one.key} and ${neighbour}: ${flaw}`);
  }

  async #watch(over: AbortSignal, beganAt: number): Promise<void> {
    let toldAt = beganAt;
    let before = { cpuSeconds: await this.#hub.cpuSeconds(), count: 0, at: beganAt };
    while (!over.aborted) {
      await setTimeout(SAMPLE_MS);
      const life = this.#life;
      const [rssBytes, cpuSeconds] = [await this.#hub.rssBytes(), await this.#hub.cpuSeconds()];
      if (rssBytes === null) continue;
      const [ownBytes, liveBytes] = [await this.#hub.ownBytes(), await this.#hub.liveBytes()];
      this.#samples.push({ life, rssBytes, ownBytes, cpuSeconds, liveBytes });
      const now = performance.now();
      if (now - toldAt < TELL_MS) continue;
      toldAt = now;
      const latest = spreadOf(tookOf(this.#payments.slice(before.count)));
      const hops = mean(this.#payments.slice(before.count).map((payment) => payment.hops));
      const cpu = (100 * (cpuSeconds - before.cpuSeconds)) / ((now - before.at) / 1_000);
      this.#options.tell(
        `${((now - beganAt) / 1_000).toFixed(0)} s: ${this.#payments.length} payments, ${this.#busy.size} under way; ` +
          `lately p50 ${latest.p50.toFixed(0)}, p99 ${latest.p99.toFixed(0)}, max ${latest.max.toFixed(0)} ms over ${hops.toFixed(1)} hops; ` +
          `hub ${mebibytes(rssBytes)} MiB, its own ${mebibytes(ownBytes ?? 0)}, in use ${mebibytes(liveBytes ?? 0)}; CPU ${cpu.toFixed(0)} %`,
      );
      before = { cpuSeconds, count: this.#payments.length, at: now };
    }
  }

  /** True once nothing is held for any member. New circles of debt would be cleared for ever: that is turned off. */
  async #comeToRest(): Promise<boolean> {
    await this.#hub.stop();
    await this.#hub.start('--clearing', 'never');
    const deadline = performance.now() + REST_MS;
    let busy = [...this.#crowd];
    while (busy.length > 0 && performance.now() < deadline) {
      const still: CrowdMember[] = [];
      await forAll(busy, AT_ONCE, async (one) => {
        const { done } = await patiently(one, () => one.member.state());
        if (done.parts.listHeld.held.length > 0 || done.parts.getStatus.counts.unsettled > 0) still.push(one);
      });
      busy = still;
      if (busy.length > 0) await setTimeout(SAMPLE_MS);
    }
    return busy.length === 0;
  }

  #figures(books: BooksReport, hubCpu: number, generatorCpu: number): LoadFigures {
    const count = (state: Paid['state']): number => this.#payments.filter(({ paid }) => paid.state === state).length;
    const refusals: Record<string, number> = {};
    for (const { paid } of this.#payments) {
      if (paid.state !== 'refused') continue;
      const code = paid.why?.code ?? 'no-route';
      refusals[code] = (refusals[code] ?? 0) + 1;
    }
    return {
      payments: this.#payments.length,
      ...{ paid: count('paid'), refused: count('refused'), open: count('open') },
      retried: this.#payments.filter(({ tries }) => tries > 1).length,
      outcomeMs: spreadOf(tookOf(this.#payments)),
      wishMs: spreadOf(this.#payments.map(({ wishMs }) => wishMs)),
      startsMs: this.#startsMs.map(Math.round),
      rssMiB: this.#growth(({ rssBytes }) => rssBytes),
      ownMiB: this.#growth(({ ownBytes }) => ownBytes),
      liveMiB: this.#growth(({ liveBytes }) => liveBytes),
      ...{ hubCpu, generatorCpu, refusals, checkpoints: this.#checkpoints, books },
    };
  }

  #growth(bytesOf: (sample: Sample) => number | null): Growth {
    const bytes = (samples: readonly Sample[]) => samples.flatMap((sample) => bytesOf(sample) ?? []);
    const last = bytes(this.#samples.filter(({ life }) => life === this.#life));
    const third = Math.ceil(last.length / 3);
    return {
      firstThird: mebibytes(mean(last.slice(0, third))),
      middleThird: mebibytes(mean(last.slice(third, -third))),
      lastThird: mebibytes(mean(last.slice(-third))),
      most: mebibytes(Math.max(0, ...bytes(this.#samples))),
    };
  }
}

/** The client has verified it. */
function shownBy(bytes: Uint8Array): ShownPayment & { readonly hops: number } {
  const receipt = verifyReceipt(bytes, () => true);
  if (isRefusal(receipt)) throw new Error('the client has shown a receipt that proves nothing');
  return receipt;
}

function tookOf(payments: readonly Payment[]): readonly number[] {
  return payments.flatMap(({ tookMs }) => tookMs ?? []);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => Math.round(sorted[Math.ceil(part * sorted.length) - 1] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export function mebibytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
