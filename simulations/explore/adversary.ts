/**
 * What malicious participants can say. They hold their keys, pool what they see, and send any message about the
 * transactions of the scenario that they can build from their own signatures and those seen: to whomever they like,
 * as often as they like, or not at all. They need no state of their own: what they can say only grows.
 */
import { causeOf } from '#protocol/cause.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import { type Header, hopsOf, type Route, type Signature, type TxId, txIdOf } from '#protocol/packet.ts';
import type { RestedAbort } from '#protocol/position.ts';
import { refuse } from '#protocol/refusals.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { abortOf, commitOf, declineOf, type Items, prepareOf, type Signed, statementOf } from './items.ts';
import { NETWORK } from './opening.ts';
import type { Cheat, Scenario } from './scenarios.ts';

/** A transaction that there may be: its header and its routes. */
export interface Planned {
  readonly txId: TxId;
  readonly header: Header;
  readonly routes: readonly Route[];
}

/** A message that can be sent once, for each slot, one of the seen signatures is there. */
interface Template {
  readonly item: number;
  readonly slots: readonly (readonly number[])[];
}

const CAUSE = causeOf(refuse('cancelled', {}));

/** The second transactions that a malicious payer makes of its first. */
export function cheated(planned: Planned, cheat: Cheat): Planned {
  const { header, routes } = planned;
  const other: Header =
    cheat === 'again'
      ? { ...header, createdAtMs: header.createdAtMs + 1 }
      : { ...header, createdAtMs: header.createdAtMs + 2, total: header.total + 1n };
  return { txId: txIdOf(other), header: other, routes };
}

export class Adversary {
  readonly #items: Items;
  readonly #hidesEvidence: boolean;
  readonly #malicious: ReadonlySet<PublicKey>;
  readonly #indexes: ReadonlyMap<PublicKey, number>;
  /** Who sends what anyone may send. */
  readonly #anyone: number;
  readonly #templates: Template[] = [];
  /** Templates by a signature that they may use. */
  readonly #uses = new Map<number, Template[]>();
  /** All that honest participants may ever sign here. */
  readonly #signable: Signed[] = [];

  constructor(items: Items, scenario: Scenario, malicious: readonly number[], plans: readonly Planned[]) {
    const { participants, hidesEvidence } = scenario;
    this.#items = items;
    this.#hidesEvidence = hidesEvidence;
    this.#malicious = new Set(malicious.map(keyOf));
    this.#indexes = new Map(Array.from({ length: participants }, (_, index) => [keyOf(index), index] as const));
    this.#anyone = malicious[0] ?? -1;
    if (malicious.length === 0) return;
    for (const plan of plans) this.#listSignable(plan);
    for (const plan of plans) for (const route of plan.routes) this.#planRoute(plan, route);
  }

  /** Messages that need nothing but own signatures. */
  get atOnce(): readonly number[] {
    return this.#templates.filter(({ slots }) => slots.length === 0).map(({ item }) => item);
  }

  /** Is this a signature that could be of use to them? */
  wants(signed: Signed): boolean {
    return !this.#malicious.has(signed.signer) && this.#uses.has(this.#items.signature(signed).id);
  }

  /** Messages that can be sent now that this signature has been seen. */
  *enabledBy(signature: number, has: (id: number) => boolean): IterableIterator<number> {
    for (const { item, slots } of this.#uses.get(signature) ?? []) {
      if (slots.every((slot) => slot.some(has))) yield item;
    }
  }

  #listSignable({ txId, header, routes }: Planned): void {
    const add = (signed: Signed) => {
      if (!this.#malicious.has(signed.signer)) this.#signable.push(signed);
    };
    for (const { index, nodes } of routes) {
      for (const [position, node] of nodes.entries()) {
        if (position < nodes.length - 1) add(prepareOf(txId, index, position, node));
        if (position > 0) for (const isBare of [true, false]) add(abortOf(txId, index, position, node, isBare));
      }
    }
    add(commitOf(txId, header.receiver));
    add(declineOf(txId, header.receiver));
  }

  /** Everything that can be said about one route, to each honest participant on it. */
  #planRoute(plan: Planned, route: Route): void {
    for (const [position, node] of route.nodes.entries()) {
      if (this.#malicious.has(node)) continue;
      this.#planUpstream(plan, route, position);
      this.#planCertificate(plan, route, position);
      this.#planAborts(plan, route, position);
      this.#planQuestions(plan, route, position);
      const decline = declineOf(plan.txId, plan.header.receiver);
      const { txId, signer } = decline;
      this.#say(route, position, this.#anyone, [decline], ([signature]) => ({
        type: 'decline',
        txId,
        signer,
        signature: signature as Signature,
      }));
    }
  }

  /** What only the upstream neighbour can say: the packet, "I have saved that", "I gave up". */
  #planUpstream({ txId, header }: Planned, route: Route, position: number): void {
    const upstream = route.nodes[position - 1];
    if (upstream === undefined || !this.#malicious.has(upstream)) return;
    const from = this.#indexes.get(upstream) as number;
    const routeIndex = route.index;
    const prepares = route.nodes.slice(0, position).map((node, at) => prepareOf(txId, routeIndex, at, node));
    this.#say(route, position, from, prepares, (signatures) => ({
      type: 'prepare',
      packet: { txId, header, route, signatures },
    }));
    this.#say(route, position, from, [], () => ({ type: 'resolve', txId, routeIndex, packet: null, header, route }));
    this.#say(route, position, from, [], () => ({ type: 'cancel', txId, routeIndex }));
    for (const what of ['commit', 'abort'] as const) {
      this.#say(route, position, from, [], () => ({ type: 'ack', of: what, txId, routeIndex, position }));
    }
  }

  /** The certificate, and ones that lack the last signatures. */
  #planCertificate({ txId, header }: Planned, route: Route, position: number): void {
    const hops = hopsOf(route);
    for (let length = 1; length <= hops; length++) {
      const prepares = route.nodes.slice(0, length).map((node, at) => prepareOf(txId, route.index, at, node));
      this.#say(route, position, this.#anyone, [commitOf(txId, header.receiver), ...prepares], (signed) => {
        const [commit, ...signatures] = signed;
        return { type: 'commit', certificate: { txId, header, route, signatures, commit: commit as Signature } };
      });
    }
  }

  /** ABORTs of everybody on the route, its own too: bare, and with those that they may rest on. */
  #planAborts({ txId }: Planned, route: Route, position: number): void {
    const { index: routeIndex, nodes } = route;
    for (let at = 1; at < nodes.length; at++) {
      const upstream = nodes[at - 1] as PublicKey;
      const isOwn = at === position;
      const from = isOwn && this.#malicious.has(upstream) ? (this.#indexes.get(upstream) as number) : this.#anyone;
      const longest = this.#hidesEvidence ? Math.min(isOwn ? 1 : 0, hopsOf(route) - at) : hopsOf(route) - at;
      for (let length = 0; length <= longest; length++) {
        const chain = nodes.slice(at, at + length + 1).map((signer, number) => {
          return abortOf(txId, routeIndex, at + number, signer, this.#hidesEvidence ? null : number === length);
        });
        this.#say(route, position, from, chain, (signatures) => abortMessage(chain, signatures));
      }
    }
  }

  #planQuestions({ txId, header }: Planned, route: Route, position: number): void {
    const question = { type: 'resolve', txId, routeIndex: route.index, packet: null, route: null } as const;
    this.#say(route, position, this.#anyone, [], () => ({ ...question, header: null }));
    if (route.nodes[position] === header.receiver)
      this.#say(route, position, this.#anyone, [], () => ({ ...question, header }));
  }

  /** A message to the participant at a position, with these signatures in it. */
  #say(
    route: Route,
    position: number,
    from: number,
    needed: readonly Signed[],
    make: (signatures: readonly Signature[]) => Message,
  ): void {
    const to = this.#indexes.get(route.nodes[position] as PublicKey) as number;
    const signatures = needed.map((signed) => this.#sign(signed));
    const item = this.#items.message(from, to, make(signatures)).id;
    const slots = needed
      .filter(({ signer }) => !this.#malicious.has(signer))
      .map((signed) => this.#passingFor(signed).map((other) => this.#items.signature(other).id));
    const template: Template = { item, slots };
    this.#templates.push(template);
    for (const id of new Set(slots.flat())) {
      const users = this.#uses.get(id);
      if (users === undefined) this.#uses.set(id, [template]);
      else users.push(template);
    }
  }

  #sign(signed: Signed): Signature {
    return fastSignatures.signAs(this.#indexes.get(signed.signer) as number)(statementOf(NETWORK, signed));
  }

  /** Statements of the same signer whose signature passes for this one: only itself, unless signatures bind too little. */
  #passingFor(wanted: Signed): readonly Signed[] {
    const statement = statementOf(NETWORK, wanted);
    return this.#signable.filter(
      (other) =>
        other.signer === wanted.signer &&
        (wanted.isBare === null || wanted.isBare === other.isBare) &&
        fastSignatures.verify(statement, this.#sign(other)),
    );
  }
}

/** The first of these ABORTs, resting on the others. */
function abortMessage([own, ...rests]: readonly Signed[], signatures: readonly Signature[]): Message {
  const { txId, routeIndex, position, signer } = own as Signed;
  const [signature, ...others] = signatures;
  const restsOn: readonly RestedAbort[] = rests.map((rested, number) => ({
    position: rested.position,
    signer: rested.signer,
    signature: others[number] as Signature,
  }));
  const text = { type: 'abort', txId, routeIndex, position, signer, cause: CAUSE } as const;
  return { ...text, signature: signature as Signature, restsOn };
}
