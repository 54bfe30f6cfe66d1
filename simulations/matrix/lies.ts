/**
 * What a dishonest participant can do. It holds its own key and no other, knows what came to it and what it sent, and
 * runs the honest machine where that serves it. From the stage on it is outside of all checks; everybody else is not.
 */
import { causeOf } from '#protocol/cause.ts';
import type { Message } from '#protocol/link.ts';
import {
  type Certificate,
  type Header,
  hopsOf,
  type Packet,
  type Route,
  routeDigestOf,
  type Signature,
  txIdOf,
} from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import { type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { AMOUNT, LIMIT, UAH } from './plans.ts';
import type { Letter } from './run.ts';
import { NETWORK } from './run.ts';
import type { Fault, Role, Scene } from './scene.ts';

const MOST_REPLAYS = 60;
const OTHER_NETWORK = 'geo-another';
/** More than half of what any line here can carry. */
const FITS_ONCE = 6n * AMOUNT;
/** Just before the end, as close as a hop's budget allows. */
const LAST_MOMENT_MS = 1_000;

/** The liar at work. */
class Liar {
  readonly scene: Scene;
  readonly role: Role;
  readonly index: number;
  readonly #madeUp = new Set<string>();

  constructor(scene: Scene, role: Role) {
    this.scene = scene;
    this.role = role;
    this.index = role.index;
    scene.run.dishonest.add(role.index);
    // Its own machine knows nothing of the packets that it makes up, and is not told.
    scene.delivery = ({ to, message }) =>
      to === this.index && this.#madeUp.has(transactionOf(message)) ? 'lost' : null;
  }

  get nowMs(): number {
    return this.scene.run.nowMs;
  }

  sign: ReturnType<typeof fastSignatures.signAs> = (statement) => fastSignatures.signAs(this.index)(statement);

  send(to: number, message: Message): void {
    this.scene.hasActed = true;
    this.scene.run.forge(this.index, to, message);
  }

  /** Acts on each packet of the plan that it knows or comes to know, once a route. */
  onPacket(act: (packet: Packet) => void): void {
    const seen = new Set<string>();
    const look = ({ message }: Letter) => {
      const packet = packetIn(message);
      if (packet === null || !packet.route.nodes.includes(keyOf(this.index)) || !this.#isOfPlan(packet)) return;
      const key = `${packet.txId}/${packet.route.index}`;
      if (seen.has(key)) return;
      seen.add(key);
      act(packet);
    };
    this.#onLetters(look);
  }

  /** Acts on everything that came or comes to it, or that it sent or sends. */
  onMessage(act: (message: Message) => void): void {
    this.#onLetters((letter) => act(letter.message));
  }

  #onLetters(look: (letter: Letter) => void): void {
    for (const letter of this.scene.seenBy(this.index)) look(letter);
    const before = this.scene.watcher;
    this.scene.watcher = (letter) => {
      before(letter);
      if (letter.from === this.index || letter.to === this.index) look(letter);
    };
  }

  #isOfPlan({ header }: Packet): boolean {
    return header.total >= AMOUNT;
  }

  /** From now on asks `change` what to send instead of each message. */
  instead(change: (to: number, message: Message) => readonly { to: number; message: Message }[]): void {
    const { run } = this.scene;
    run.watchLies((from, to, message) => (from === this.index ? change(to, message) : [{ to, message }]));
  }

  /** An ABORT of its own position on the route of a packet. */
  waiver({ txId, header, route }: Packet, domain: 'geo/1/abort' | 'geo/1/prepare' = 'geo/1/abort'): Message {
    const position = route.nodes.lastIndexOf(keyOf(this.index));
    const { network } = header;
    const signer = keyOf(this.index);
    const signature = this.sign({ domain, network, txId, routeIndex: route.index, position, signer });
    const cause = causeOf(refuse('insufficient', { hop: 0, limit: LIMIT, maxNow: LIMIT, reserved: 0n }));
    return { type: 'abort', txId, routeIndex: route.index, position, signer, signature, cause, restsOn: [] };
  }

  /** A certificate of the route, as far as it can: what it has not, it signs itself. */
  certificate(packet: Packet, domain: 'geo/1/commit' | 'geo/1/decline' = 'geo/1/commit'): Message {
    const { txId, header, route } = packet;
    const { network } = header;
    const signatures: Signature[] = [...packet.signatures];
    for (let position = signatures.length; position < hopsOf(route); position++) {
      const signer = keyOf(this.index);
      signatures.push(this.sign({ domain: 'geo/1/prepare', network, txId, routeIndex: route.index, position, signer }));
    }
    const commit = this.sign({ domain, network, txId, signer: keyOf(this.index) });
    const certificate: Certificate = { txId, header, route, signatures, commit };
    return { type: 'commit', certificate };
  }

  /** A packet of its own making, with its own signature as the payer. */
  packet(kind: Header['kind'], nodes: readonly number[], amount: bigint, number: number): Packet {
    const route: Route = { salt: number.toString(16).padStart(32, '0'), index: 0, amount, nodes: nodes.map(keyOf) };
    const payer = keyOf(this.index);
    const header: Header = {
      version: 1,
      network: NETWORK,
      kind,
      equivalent: UAH,
      total: amount,
      payer,
      receiver: route.nodes.at(-1) ?? payer,
      paymentId: number.toString(16).padStart(64, 'f') as Header['paymentId'],
      createdAtMs: this.nowMs,
      expiresAtMs: this.nowMs + 30_000 + 2_000 * hopsOf(route),
      sealedMemo: null,
      routeDigests: [routeDigestOf(route)],
      witnesses: null,
    };
    const txId = txIdOf(header);
    this.#madeUp.add(txId);
    const statement = {
      domain: 'geo/1/prepare',
      network: NETWORK,
      txId,
      routeIndex: 0,
      position: 0,
      signer: payer,
    } as const;
    return { txId, header, route, signatures: [this.sign(statement)] };
  }

  /** A trust line of its own to another, whatever its books say. */
  line(to: number, seq: number, limit: bigint): Message {
    const { records } = this.scene.run.at(this.index);
    const known = records.line(records.self, keyOf(to), UAH)?.signed.line as TrustLine;
    const line: TrustLine = { ...known, seq, limit };
    return { type: 'trust-line', signed: { line, signature: this.sign(trustLineStatement(line)) } };
  }
}

function transactionOf(message: Message): string {
  return packetIn(message)?.txId ?? ('txId' in message ? message.txId : '');
}

function packetIn(message: Message): Packet | null {
  if (message.type === 'prepare' || message.type === 'resolve') return message.packet;
  return message.type === 'commit' ? message.certificate : null;
}

/** Has the liar, as the receiver, all that it needs to commit? */
function isDecided({ header, route, signatures }: Packet, index: number): boolean {
  return header.receiver === keyOf(index) && signatures.length === hopsOf(route);
}

/** `act` gives a reason if there is nothing to lie about in this role. */
function lie(name: string, idle: string, act: (liar: Liar) => string | null | undefined): Fault {
  return { name, isLie: true, idle, begin: (scene, role) => act(new Liar(scene, role)) ?? null };
}

const neighbourOf = ({ previous, next }: Role) => previous ?? next ?? 0;

/** The liar and the next two after it; from the end of a route, the two before it. */
function onwards({ scene, role }: Liar): readonly number[] {
  const side = role.next === null ? 'previous' : 'next';
  const nodes = [role.index];
  for (let at: number | null | undefined = role[side]; typeof at === 'number' && nodes.length < 3; ) {
    nodes.push(at);
    at = scene.setting.roles.find(({ index }) => index === at)?.[side];
  }
  return nodes;
}

export const LIES: readonly Fault[] = [
  lie('reserves and never finishes: sends nothing more', '', (liar) => {
    liar.scene.hasActed = true;
    liar.instead(() => []);
  }),
  lie('holds PREPARE to the last moment', 'it has sent PREPARE on already', (liar) => {
    if (liar.role.next === null) return 'nothing goes on from the last one';
    liar.instead((to, message) => {
      const packet = message.type === 'prepare' ? message.packet : null;
      const waitMs = packet === null ? 0 : packet.header.expiresAtMs - LAST_MOMENT_MS - liar.nowMs;
      if (waitMs <= 0) return [{ to, message }];
      liar.scene.run.after(waitMs, () => liar.send(to, message));
      return [];
    });
    return null;
  }),
  lie('COMMIT without PREPARE: a certificate that lacks signatures', 'it never learns of the packet', (liar) => {
    liar.onPacket((packet) => {
      const incomplete: Packet = { ...packet, signatures: packet.signatures.slice(0, 1) };
      for (const { index } of liar.scene.setting.roles)
        if (index !== liar.index) liar.send(index, liar.certificate(incomplete));
    });
  }),
  lie(
    'commits to one side and aborts to the other',
    'nobody stands before it to whom it could waive anything',
    (liar) => {
      const isPayer = (packet: Packet) => packet.header.kind === 'pay' && packet.header.payer === keyOf(liar.index);
      liar.onPacket((packet) => {
        if (isPayer(packet)) return;
        const position = packet.route.nodes.lastIndexOf(keyOf(liar.index));
        const previous = packet.route.nodes[position - 1];
        for (const { index } of liar.scene.run.participants) {
          if (keyOf(index) === previous) liar.send(index, liar.waiver(packet));
          else if (index !== liar.index && isDecided(packet, liar.index)) liar.send(index, liar.certificate(packet));
        }
      });
    },
  ),
  lie('signs DECLINE, and commits all the same', 'only the receiver decides', (liar) => {
    const { setting } = liar.scene;
    liar.onPacket((packet) => {
      const { txId, header } = packet;
      if (header.receiver !== keyOf(liar.index)) return;
      const signer = header.receiver;
      const signature = liar.sign({ domain: 'geo/1/decline', network: header.network, txId, signer });
      for (const { index } of setting.roles) {
        if (index === liar.index) continue;
        liar.send(index, { type: 'decline', txId, signer, signature });
        if (packet.signatures.length === hopsOf(packet.route)) liar.send(index, liar.certificate(packet));
      }
    });
    return null;
  }),
  lie('replays what it has seen to everybody, and in another network', 'it has seen nothing yet', (liar) => {
    const done = new Set<Message>();
    liar.onMessage((message) => {
      if (done.has(message) || done.size >= MOST_REPLAYS) return;
      const foreign = inAnotherNetwork(message);
      done.add(message).add(foreign);
      for (const { index } of liar.scene.run.participants) {
        if (index === liar.index) continue;
        liar.send(index, message);
        liar.send(index, foreign);
      }
    });
  }),
  lie('its key, but in the wrong domain', 'it never learns of the packet', (liar) => {
    liar.onPacket((packet) => {
      for (const { index } of liar.scene.setting.roles) {
        if (index === liar.index) continue;
        liar.send(index, liar.waiver(packet, 'geo/1/prepare'));
        liar.send(index, liar.certificate(packet, 'geo/1/decline'));
      }
    });
  }),
  lie('lies about capacity: refuses what it could carry', 'it has agreed already, or nobody asks it', (liar) => {
    liar.instead((to, message) => {
      const packet = packetIn(message);
      const own = packet === null ? -1 : packet.route.nodes.lastIndexOf(keyOf(liar.index));
      const previous = packet?.route.nodes[own - 1];
      if (packet === null || message.type !== 'prepare' || previous === undefined) return [{ to, message }];
      const back = liar.scene.run.participants.findIndex(({ key }) => key === previous);
      liar.scene.hasActed = true;
      return [{ to: back, message: liar.waiver(packet) }];
    });
  }),
  lie('spends the same capacity twice at once', '', (liar) => {
    const nodes = onwards(liar);
    const to = nodes[1] as number;
    for (const number of [1, 2])
      liar.send(to, { type: 'prepare', packet: liar.packet('pay', nodes, FITS_ONCE, number) });
  }),
  lie('clears a cycle that is none', '', (liar) => {
    const { plan } = liar.scene.setting;
    const around = plan.links.map(([from]) => from);
    const start = around.indexOf(liar.index);
    const ring = [...around.slice(start), ...around.slice(0, start), liar.index];
    if (plan.links.length < 3 || plan.links.at(-1)?.[1] !== around[0]) return 'they do not stand on a ring';
    liar.send(ring[1] as number, { type: 'prepare', packet: liar.packet('clear', ring, 3n * AMOUNT, 3) });
    return null;
  }),
  lie('two trust lines with one seq', '', (liar) => {
    const to = neighbourOf(liar.role);
    for (const limit of [LIMIT, LIMIT / 2n]) liar.send(to, liar.line(to, liar.nowMs, limit));
  }),
  lie('takes its trust line back below what is owed', '', (liar) => {
    const to = neighbourOf(liar.role);
    liar.send(to, liar.line(to, liar.nowMs, 0n));
  }),
];

/** The same as if it were of another network. */
function inAnotherNetwork(message: Message): Message {
  const packet = packetIn(message);
  if (message.type === 'trust-line') {
    const line = { ...message.signed.line, network: OTHER_NETWORK };
    return { ...message, signed: { ...message.signed, line } };
  }
  if (packet === null) return message;
  const header = { ...packet.header, network: OTHER_NETWORK };
  const moved = { ...packet, header, txId: txIdOf(header) };
  if (message.type === 'commit') return { type: 'commit', certificate: { ...message.certificate, ...moved } };
  return { type: 'prepare', packet: moved };
}
