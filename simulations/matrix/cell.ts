/** One cell: what came of a scene, for whom, and how long somebody could not use what was reserved. */
import { formatAmount } from '#protocol/amount.ts';
import { keyOf } from '../signatures.ts';
import { nameOf } from './healed.ts';
import { FIRST_PAYMENT, UAH } from './plans.ts';
import { type Fault, netOf, type Role, Scene, type Setting, type Stage } from './scene.ts';

/** What an honest participant could not use past the expiry of what it was reserved for. */
interface Held {
  readonly participant: number;
  readonly amount: bigint;
  /** Null: still at the end. */
  readonly ms: number | null;
}

export interface Cell {
  readonly setting: Setting;
  readonly stage: Stage;
  readonly fault: Fault;
  readonly role: Role;
  /** Why there is nothing to play here; then nothing else counts. */
  readonly reason: string | null;
  readonly outcome: string;
  readonly lost: readonly { readonly participant: number; readonly amount: bigint }[];
  readonly held: readonly Held[];
  /** Pairs of honest participants whose books differ. */
  readonly apart: readonly string[];
  /** What the lie cost the liar, by the books of the others. */
  readonly liarLoses: bigint;
  /** How many messages honest participants dropped as a breach of the protocol. */
  readonly breaches: number;
  /** What must never be, whatever the fault. */
  readonly problems: readonly string[];
}

export function playCell(setting: Setting, stage: Stage, fault: Fault, role: Role): Cell {
  const scene = new Scene(setting, stage, fault, role);
  scene.play();
  const idle = setting.kind === 'trust line' ? 'no packet is on its way' : (fault.idle ?? 'there is nothing to do');
  const reason = scene.reason ?? (scene.hasActed ? null : idle);
  const outcome = outcomeOf(scene);
  const lost = lossesOf(scene);
  const apart = apartOf(scene);
  const liarLoses = liarLossOf(scene, role.index);
  const problems = scene.run
    .violations()
    .map(({ invariant, participant, what }) => `${invariant} at ${nameOf(participant)}: ${what}`);
  for (const { participant, amount } of lost) {
    // One's own disk may have held the only copy of a claim: that is nobody else's doing.
    if (!scene.run.restored.has(participant)) problems.push(`${nameOf(participant)} loses ${formatAmount(amount)}`);
  }
  for (const pair of apart) problems.push(`the books of ${pair} differ`);
  return {
    setting,
    stage,
    fault,
    role,
    reason,
    outcome,
    lost,
    held: heldOf(scene),
    apart,
    liarLoses,
    breaches: scene.run.faults,
    problems,
  };
}

/** Participants who keep to the protocol. */
function honest({ run }: Scene) {
  return run.participants.filter(({ index }) => !run.dishonest.has(index));
}

/** What the payer and the receiver see, each if it is there and honest; the initiator of a clearing is both. */
function outcomeOf(scene: Scene): string {
  const { run, setting } = scene;
  const { roles, plan } = setting;
  const first = roles[0] as Role;
  const last = roles.at(-1) as Role;
  if (setting.kind === 'trust line') return plan.outcome(run);
  const sees = ({ index }: Role) => !run.dishonest.has(index) && run.at(index).isUp;
  if (setting.kind === 'clearing') {
    const word = wordOf(scene, sees(first) ? first.index : last.index);
    return word.replace('paid', 'cleared');
  }
  const paid = sees(first) ? wordOf(scene, first.index) : null;
  const received = sees(last) ? wordOf(scene, last.index) : null;
  if (paid === null || received === null || paid === received) return paid ?? received ?? 'in doubt';
  if (paid === 'in doubt' || received === 'in doubt') return 'in doubt';
  return paid === 'paid' ? 'paid by A, not received by E' : 'received by E, not paid by A';
}

/** What one participant knows of the transactions of the plan. */
function wordOf({ run }: Scene, index: number): 'paid' | 'not paid' | 'in doubt' {
  const { records } = run.at(index);
  const positions = run.transactions
    .flatMap((txId) => records.positions(txId))
    .filter(({ header }) => header.paymentId === FIRST_PAYMENT);
  if (positions.some(({ state }) => state === 'prepared' || state === 'held')) return 'in doubt';
  return positions.some(({ state }) => state === 'committed') ? 'paid' : 'not paid';
}

/** An honest participant loses if others owe it less than what it agreed to makes them owe. */
function lossesOf(scene: Scene): Cell['lost'] {
  const losses = [];
  for (const participant of honest(scene)) {
    const { index, isUp } = participant;
    if (!isUp) continue;
    const before = scene.nets.get(index) ?? 0n;
    const change = netAsOwed(scene, index) - before;
    const due = scene.run.due(index);
    if (change < due) losses.push({ participant: index, amount: due - change });
  }
  return losses;
}

/** What a liar gave away: all that the others gained, but for what was paid to them. */
function liarLossOf(scene: Scene, liar: number): bigint {
  const { run, setting } = scene;
  if (!run.dishonest.has(liar)) return 0n;
  let gained = 0n;
  for (const participant of honest(scene)) gained += netOf(participant) - (scene.nets.get(participant.index) ?? 0n);
  // An end of the payment paid or was paid itself; one in the middle pays only what it made up.
  const isPartOfIt = setting.kind === 'payment' && isEnd(scene, liar);
  return gained - (isPartOfIt ? run.due(null) : run.due(null, keyOf(liar)));
}

function isEnd({ setting }: Scene, index: number): boolean {
  return index === setting.roles[0]?.index || index === setting.roles.at(-1)?.index;
}

/** What others owe it: by the books of those who kept theirs and are honest, else by its own. */
function netAsOwed(scene: Scene, index: number): bigint {
  const { run } = scene;
  const participant = run.at(index);
  if (!run.restored.has(index)) return netOf(participant);
  let net = 0n;
  for (const { neighbour, equivalent, balance } of participant.records.accounts()) {
    const other = run.participants.find(({ key }) => key === neighbour);
    const isSure = other !== undefined && !run.dishonest.has(other.index) && !run.restored.has(other.index);
    net += isSure ? -(other.records.account(keyOf(index), equivalent)?.balance ?? 0n) : balance;
  }
  return net;
}

function apartOf(scene: Scene): readonly string[] {
  const apart: string[] = [];
  const all = honest(scene).filter(({ isUp }) => isUp);
  for (const one of all) {
    for (const other of all) {
      if (one.index >= other.index) continue;
      const here = one.records.account(other.key, UAH)?.balance ?? 0n;
      const there = other.records.account(one.key, UAH)?.balance ?? 0n;
      if (here !== -there) apart.push(`${nameOf(one.index)} and ${nameOf(other.index)}`);
    }
  }
  return apart;
}

function heldOf({ run }: Scene): readonly Held[] {
  const longest = new Map<number, Held>();
  for (const { participant, amount, dueAtMs, endedAtMs } of run.holdings.overdue(run.nowMs)) {
    if (!run.at(participant).isUp || run.dishonest.has(participant)) continue;
    const ms = endedAtMs === null ? null : endedAtMs - dueAtMs;
    const known = longest.get(participant);
    if (known === undefined || (known.ms !== null && (ms === null || ms > known.ms)))
      longest.set(participant, { participant, amount, ms });
  }
  return [...longest.values()].sort((a, b) => a.participant - b.participant);
}
