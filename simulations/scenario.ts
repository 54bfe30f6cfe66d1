/**
 * A scenario: everything that a seed decides before the run begins. Data only; `simulation.ts` plays it.
 */
import type { Checkpoint } from '#protocol/checkpoint.ts';
import type { Command, PayCommand } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { PlannedRoute } from '#protocol/payment.ts';
import { DEFAULT_POLICY, type LinePolicy } from '#protocol/trust-line.ts';
import { Random } from './random.ts';
import { keyOf } from './signatures.ts';

/** Which faults a run may have. `all` also lets up to a third of the participants be malicious and disks be rewound. */
export type FaultLevel = 'none' | 'honest' | 'all';

/** What the network and the disks do to a run. Chances are of 1,000; times in ms. */
export interface Faults {
  readonly lossPermille: number;
  readonly duplicatePermille: number;
  readonly keepsOrder: boolean;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Messages of a thousand that take up to `tailMs` more. */
  readonly tailPermille: number;
  readonly tailMs: number;
  readonly maxDiskMs: number;
  /** Batches of a thousand during whose writing the participant crashes. */
  readonly crashPermille: number;
  readonly clockSkewMs: number;
  readonly malicious: readonly number[];
  /** Frames that break the protocol are kept as evidence and suspend the account; else they are only dropped. */
  readonly keepsEvidence: boolean;
}

/** Something that happens to the world at a time. */
export type Incident =
  | { readonly type: 'command'; readonly participant: number; readonly command: Command }
  /** A hosted participant sees which checkpoints wait for it, and signs them after a while. */
  | { readonly type: 'look-in'; readonly participant: number }
  | { readonly type: 'sign'; readonly participant: number; readonly checkpoint: Checkpoint }
  | { readonly type: 'cut'; readonly a: number; readonly b: number }
  | { readonly type: 'join'; readonly a: number; readonly b: number }
  | { readonly type: 'crash'; readonly participant: number }
  /** The clock of a participant steps to another error. */
  | { readonly type: 'clock'; readonly participant: number }
  /** Loses the last `lost` batches of its disk: an old backup; with very many, words only. */
  | { readonly type: 'restore'; readonly participant: number; readonly lost: number; readonly isTold: boolean };

export interface Scenario {
  readonly seed: number;
  readonly participants: number;
  readonly links: readonly (readonly [number, number])[];
  readonly incidents: readonly { readonly atMs: number; readonly incident: Incident }[];
  readonly faults: Faults;
  /** Does everybody look for rings of debts? */
  readonly seeks: boolean;
  /** Those who sign checkpoints themselves, when they look in; not given: nobody. */
  readonly hosted?: readonly number[];
  /** Faults stop, all links and participants come back. */
  readonly healAtMs: number;
  readonly endAtMs: number;
}

const EQUIVALENT = 'UAH';
const UNIT = 100_000_000n;
/** Virtual time begins here, so that no code mistakes small numbers for times. */
export const EPOCH_MS = 1_700_000_000_000;
const OPENING_MS = 5_000;

/** The scenario of a seed. */
export function makeScenario(seed: number, level: FaultLevel): Scenario {
  const random = new Random(seed, 1);
  const participants = random.between(3, 8);
  const links = makeLinks(random, participants);
  const faults = makeFaults(random, level, participants);
  const incidents: { atMs: number; incident: Incident }[] = [];
  const at = (atMs: number, incident: Incident) => incidents.push({ atMs: EPOCH_MS + atMs, incident });

  for (const [a, b] of links) openLines(random, a, b, at);
  const payments = random.between(15, 50);
  let restores = level === 'all' && random.permille(500) ? 3 : 0;
  // Mostly all at once; sometimes over minutes, so that what was lost is long ago when life goes on.
  const windowMs = random.permille(120) ? random.between(60_000, 240_000) : random.between(2_000, 20_000);
  for (let number = 0; number < payments; number++) {
    const atMs = OPENING_MS + random.below(windowMs);
    if (random.permille(200)) {
      circle(random, links, participants, atMs, at);
      continue;
    }
    const order = makePayment(random, links, participants, faults.malicious);
    if (order === null) continue;
    at(atMs, { type: 'command', ...order });
    if (random.permille(250)) askForCheckpoints(random, participants, atMs + random.between(1, 400), at);
    const victim = middleOf(order.command, participants);
    const isTargeted = faults.malicious.includes(order.participant);
    if (
      restores > 0 &&
      victim !== null &&
      !faults.malicious.includes(victim) &&
      random.permille(isTargeted ? 700 : 250)
    ) {
      restores--;
      // An old copy of the folder, put back and not spoken of: among honest neighbours it is noticed.
      const isTold = faults.malicious.length > 0 || random.permille(600);
      at(atMs + random.between(5, 120), {
        type: 'restore',
        participant: victim,
        lost: howMuchIsLost(random, isTold),
        isTold,
      });
    }
  }
  for (let change = random.below(6); change > 0; change--)
    changeLimit(random, links, OPENING_MS + random.below(windowMs), at);
  for (let asked = random.below(12); asked > 0; asked--) {
    askForCheckpoints(random, participants, OPENING_MS + random.below(windowMs + 10_000), at);
  }
  if (level !== 'none') addIncidents(random, links, participants, windowMs, at);
  const patienceMs = random.permille(250) ? random.between(60_000, 900_000) : random.between(1_000, 60_000);
  const healAtMs = EPOCH_MS + OPENING_MS + windowMs + patienceMs;
  const clearing = new Random(seed, 6);
  const seeks = clearing.permille(400);
  if (seeks) askFirst(clearing, incidents);
  return { seed, participants, links, incidents, faults, seeks, healAtMs, endAtMs: healAtMs + 3 * 3_600_000 };
}

function makeLinks(random: Random, participants: number): (readonly [number, number])[] {
  const links = new Map<string, readonly [number, number]>();
  const add = (a: number, b: number) => {
    if (a !== b) links.set(`${Math.min(a, b)}-${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)]);
  };
  // A chain or a random tree, so that everybody is reachable, then more.
  const isChain = random.permille(300);
  for (let node = 1; node < participants; node++) add(node, isChain ? node - 1 : random.below(node));
  const extra = random.between(0, participants);
  for (let more = 0; more < extra; more++) add(random.below(participants), random.below(participants));
  return [...links.values()];
}

function makeFaults(random: Random, level: FaultLevel, participants: number): Faults {
  const quiet = level === 'none';
  const malicious: number[] = [];
  if (level === 'all' && random.permille(500)) {
    const most = Math.max(1, Math.floor(participants / 3));
    malicious.push(...random.shuffle([...Array(participants).keys()]).slice(0, random.between(1, most)));
  }
  const lossy = !quiet && random.permille(600);
  return {
    lossPermille: lossy ? random.below(300) : 0,
    duplicatePermille: !quiet && random.permille(500) ? random.below(500) : 0,
    keepsOrder: quiet || random.permille(500),
    minDelayMs: 1,
    maxDelayMs: random.between(2, 60),
    tailPermille: quiet ? 0 : random.below(100),
    tailMs: random.between(100, 40_000),
    maxDiskMs: random.between(0, 10),
    crashPermille: !quiet && random.permille(500) ? random.between(1, 25) : 0,
    clockSkewMs: !quiet && random.permille(350) ? random.between(1, 120_000) : 0,
    malicious,
    keepsEvidence: random.permille(300),
  };
}

type At = (atMs: number, incident: Incident) => void;

function line(from: number, to: number, limit: bigint, policy: LinePolicy = DEFAULT_POLICY): Incident {
  return {
    type: 'command',
    participant: from,
    command: { type: 'set-trust-line', neighbour: keyOf(to), equivalent: EQUIVALENT, limit, status: 'active', policy },
  };
}

function openLines(random: Random, a: number, b: number, at: At): void {
  const both = random.below(7);
  const limit = () => BigInt(random.between(2, 60)) * UNIT * 5n;
  const announce = { ...DEFAULT_POLICY, announce: true };
  if (both !== 1) at(random.below(1_000), line(a, b, limit(), announce));
  if (both !== 0) at(random.below(1_000), line(b, a, limit(), announce));
}

/** Some owners want to be asked before debts on their lines are cleared. */
function askFirst(random: Random, incidents: { incident: Incident }[]): void {
  for (const planned of incidents) {
    const { incident } = planned;
    if (incident.type !== 'command' || incident.command.type !== 'set-trust-line' || !random.permille(200)) continue;
    const { command } = incident;
    const policy = { ...command.policy, autoClearing: false };
    planned.incident = { ...incident, command: { ...command, policy } };
  }
}

function changeLimit(random: Random, links: Scenario['links'], atMs: number, at: At): void {
  const [a, b] = random.pick(links);
  const policy: LinePolicy = {
    ...DEFAULT_POLICY,
    announce: true,
    canBeIntermediate: random.permille(800),
    dailyLimit: random.permille(200) ? BigInt(random.between(10, 100)) * UNIT : null,
  };
  const changed = line(a, b, BigInt(random.between(0, 250)) * UNIT, policy);
  if (changed.type === 'command' && changed.command.type === 'set-trust-line' && random.permille(150)) {
    at(atMs, { ...changed, command: { ...changed.command, status: random.pick(['frozen', 'closed']) } });
  } else {
    at(atMs, changed);
  }
}

type Ordered = { participant: number; command: Command } | null;

function makePayment(
  random: Random,
  links: Scenario['links'],
  participants: number,
  malicious: readonly number[],
): Ordered {
  // Colluders also pay each other over several routes, to have honest participants on two of them.
  const amongColluders = malicious.length > 1 && random.permille(500);
  const payer = amongColluders ? (malicious[0] as number) : random.below(participants);
  const receiver = amongColluders ? (malicious[1] as number) : random.below(participants);
  const routes =
    !amongColluders && random.permille(350) ? null : randomRoutes(random, links, payer, receiver, random.between(1, 3));
  if (payer === receiver || (routes !== null && routes.length === 0)) return null;
  const amount = routes?.reduce((sum, route) => sum + route.amount, 0n) ?? BigInt(random.between(1, 60)) * UNIT;
  return { participant: payer, command: { ...payment(random, keyOf(receiver), amount), routes } };
}

function payment(random: Random, receiver: PublicKey, amount: bigint): Omit<PayCommand, 'routes'> {
  const paymentId = random.hex(32) as PaymentId;
  return {
    type: 'pay',
    paymentId,
    receiver,
    equivalent: EQUIVALENT,
    amount,
    sealedMemo: null,
    randomness: random.hex(32),
  };
}

/** Random simple walks from payer to receiver; several make a split payment. */
function randomRoutes(
  random: Random,
  links: Scenario['links'],
  payer: number,
  receiver: number,
  wanted: number,
): PlannedRoute[] {
  const routes: PlannedRoute[] = [];
  for (let number = 0; number < wanted; number++) {
    const walk = randomWalk(random, links, payer, receiver, 6);
    if (walk !== null) routes.push({ nodes: walk.map(keyOf), amount: BigInt(random.between(1, 40)) * UNIT });
  }
  return routes;
}

function randomWalk(
  random: Random,
  links: Scenario['links'],
  from: number,
  to: number,
  maxHops: number,
): number[] | null {
  for (let tries = 0; tries < 8; tries++) {
    const walk = [from];
    while (walk.length <= maxHops) {
      const here = walk.at(-1) as number;
      if (here === to && walk.length > 1) return walk;
      const next = links
        .filter(([a, b]) => a === here || b === here)
        .map(([a, b]) => (a === here ? b : a))
        .filter((node) => !walk.includes(node) || (node === to && from === to && walk.length > 2));
      if (next.length === 0) break;
      walk.push(random.pick(next));
    }
    if (walk.length > 1 && walk.length <= maxHops + 1 && walk.at(-1) === to) return walk;
  }
  return null;
}

/** Payments round a ring, and a clearing of it the other way; sometimes of a ring that owes too little. */
function circle(random: Random, links: Scenario['links'], participants: number, atMs: number, at: At): void {
  const initiator = random.below(participants);
  const ring = randomWalk(random, links, initiator, initiator, 6);
  if (ring === null || ring.length < 4) return;
  const owed = random.permille(700) ? BigInt(random.between(1, 20)) * UNIT : 0n;
  const payments = owed > 0n ? ring.length - 1 : 0;
  for (let hop = 0; hop < payments; hop++) {
    const nodes = [keyOf(ring[hop] as number), keyOf(ring[hop + 1] as number)];
    const command: Command = { ...payment(random, nodes[1] as PublicKey, owed), routes: [{ nodes, amount: owed }] };
    at(atMs, { type: 'command', participant: ring[hop] as number, command });
  }
  const command: Command = {
    type: 'clear',
    paymentId: random.hex(32) as PaymentId,
    equivalent: EQUIVALENT,
    amount: BigInt(random.between(1, 20)) * UNIT,
    nodes: ring.map(keyOf).reverse(),
    randomness: random.hex(32),
  };
  at(atMs + random.between(0, 1_000), { type: 'command', participant: initiator, command });
}

function addIncidents(random: Random, links: Scenario['links'], participants: number, windowMs: number, at: At): void {
  for (let cuts = random.below(5); cuts > 0; cuts--) {
    const [a, b] = random.pick(links);
    const atMs = OPENING_MS + random.below(windowMs);
    at(atMs, { type: 'cut', a, b });
    if (random.permille(800)) at(atMs + random.between(10, 50_000), { type: 'join', a, b });
  }
  for (let steps = random.below(20); steps > 0; steps--) {
    at(OPENING_MS + random.below(windowMs + 20_000), { type: 'clock', participant: random.below(participants) });
  }
  for (let crashes = random.below(4); crashes > 0; crashes--) {
    at(OPENING_MS + random.below(windowMs), { type: 'crash', participant: random.below(participants) });
  }
}

/** Several at once: while packets are on their way, so that some are older than what is being settled. */
function askForCheckpoints(random: Random, participants: number, atMs: number, at: At): void {
  const command: Command = { type: 'propose-checkpoints', which: 'all' };
  for (let asked = random.between(1, participants); asked > 0; asked--) {
    at(atMs, { type: 'command', participant: random.below(participants), command });
  }
}

/** Mostly what was done last, sometimes everything. */
function howMuchIsLost(random: Random, isTold: boolean): number {
  // What was before an account began cannot know that there is one: protocol §8.8.
  if (!isTold) return random.between(1, 4);
  return random.permille(250) ? 1_000_000 : random.between(1, random.permille(300) ? 40 : 4);
}

/** A participant in the middle of a payment's chosen route, or null: one that an old backup would hurt most. */
function middleOf(command: Command, participants: number): number | null {
  const route = command.type === 'pay' ? command.routes?.[0]?.nodes : null;
  if (route === null || route === undefined || route.length < 3) return null;
  for (let index = 0; index < participants; index++) if (keyOf(index) === route[1]) return index;
  return null;
}
