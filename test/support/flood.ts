/** Floods of announcements, made by participants without the product's rules. */
import { randomBytes } from 'node:crypto';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import {
  type Announcement,
  announcementStatement,
  type SignedAnnouncement,
  signedAnnouncementShape,
} from '#protocol/announcement.ts';
import { encode } from '#protocol/codec.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { encodeMessage } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signWith } from '#protocol/statement.ts';
import { slotOf } from '#protocol/topology.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type RawPeer, startRawPeer } from './raw-peer.ts';

type RawLink = Awaited<ReturnType<RawPeer['link']>>;

const topicOf = (network: string, equivalent: string): string => `geo/1/${network}/${equivalent}`;

interface MadeUp {
  readonly key: PublicKey;
  readonly seed: Uint8Array;
}

/** A participant that nobody knows. */
function madeUp(seed: Uint8Array = randomBytes(32)): MadeUp {
  const key = publicKeyFromBytes(nodeEd25519.publicKey(seed));
  if (isRefusal(key)) throw new Error('a seed gives a key');
  return { key, seed };
}

/** Makes announcements in one network and equivalent, valid or not. */
export class Forger {
  readonly #network: string;
  readonly #equivalent: string;
  readonly #ends: readonly MadeUp[] = Array.from({ length: 64 }, () => madeUp());
  #made = 0;

  constructor(network: string, equivalent: string) {
    this.#network = network;
    this.#equivalent = equivalent;
  }

  /** A line between two made-up participants, that both have signed. */
  valid(nowMs: number): SignedAnnouncement {
    const from = madeUp();
    const to = this.#ends[this.#made++ % this.#ends.length] as MadeUp;
    const announcement = this.#announcement(from, to, nowMs, nowMs + ANNOUNCEMENT_LIFETIME_MS);
    const signatureOf = ({ key, seed }: MadeUp) =>
      signWith(nodeEd25519, seed)(announcementStatement(announcement, key));
    return { announcement, fromSignature: signatureOf(from), toSignature: signatureOf(to) };
  }

  /** One whose signatures are anything. */
  forged(nowMs: number): SignedAnnouncement {
    return this.#unsigned(nowMs, nowMs + ANNOUNCEMENT_LIFETIME_MS);
  }

  /** One that has ended; nobody need look at its signatures. */
  stale(nowMs: number): SignedAnnouncement {
    return this.#unsigned(nowMs - 1_000, nowMs - 500);
  }

  #unsigned(seq: number, expiresAtMs: number): SignedAnnouncement {
    const [from, to] = [0, 1].map((at) => this.#ends[(this.#made + at) % this.#ends.length]) as [MadeUp, MadeUp];
    const announcement = this.#announcement(from, to, seq + (this.#made++ % 400), expiresAtMs);
    const anything = () => Uint8Array.from(randomBytes(64));
    return { announcement, fromSignature: anything(), toSignature: anything() };
  }

  #announcement(from: MadeUp, to: MadeUp, seq: number, expiresAtMs: number): Announcement {
    const line = { from: from.key, to: to.key, equivalent: this.#equivalent };
    return { version: VERSION, network: this.#network, ...line, seq, active: true, expiresAtMs };
  }
}

/** Somebody who opens a line to a node unasked, and so is a neighbour; ready when the node has acknowledged it. */
export class Intruder {
  readonly publicKey: PublicKey;
  readonly link: RawLink;
  readonly #peer: RawPeer;
  readonly #topic: string;

  private constructor(peer: RawPeer, link: RawLink, topic: string) {
    this.#peer = peer;
    this.#topic = topic;
    this.publicKey = peer.publicKey;
    this.link = link;
  }

  static async start(
    node: { readonly key: PublicKey; readonly addresses: readonly string[] },
    network: string,
    equivalent: string,
  ): Promise<Intruder> {
    const { key, seed } = madeUp();
    const peer = await startRawPeer({ seed: Uint8Array.from(seed) });
    peer.follow(topicOf(network, equivalent));
    const link = await peer.link(node.addresses, { network });
    const nowMs = Date.now();
    const line: TrustLine = {
      ...{ version: VERSION, network, from: key, to: node.key, equivalent, seq: nowMs, limit: 1n, status: 'active' },
      ...{ policy: DEFAULT_POLICY, createdAtMs: nowMs },
    };
    const signature = signWith(nodeEd25519, seed)(trustLineStatement(line));
    link.sendFrame(encodeMessage({ type: 'trust-line', signed: { line, signature } }));
    // The acknowledgement: the account is on disk.
    await link.nextFrame();
    return new Intruder(peer, link, topicOf(network, equivalent));
  }

  /** Announcements in one frame. False: the link takes no more until it says so. */
  announce(signed: readonly SignedAnnouncement[]): boolean {
    if (this.link.stream.status !== 'open') return false;
    return this.link.sendFrame(encodeMessage({ type: 'announcements', signed }));
  }

  /** Says that it has an empty map. */
  compare(): void {
    const digest = { type: 'map-digest', slot: slotOf(Date.now()), count: 0, digest: '00'.repeat(8) } as const;
    this.link.sendFrame(encodeMessage({ ...digest, isAnswer: false }));
  }

  /** Gossips, as a neighbour. */
  async say(signed: SignedAnnouncement): Promise<void> {
    await this.#peer.gossip(this.#topic, encode(signedAnnouncementShape, signed));
  }

  async stop(): Promise<void> {
    await this.#peer.stop();
  }
}

/** A stranger that gossips. */
export class Gossip {
  readonly #peer: RawPeer;
  readonly #topic: string;

  private constructor(peer: RawPeer, topic: string) {
    this.#peer = peer;
    this.#topic = topic;
  }

  static async start(addresses: readonly string[], network: string, equivalent: string): Promise<Gossip> {
    const peer = await startRawPeer();
    const topic = topicOf(network, equivalent);
    peer.follow(topic);
    await peer.connect(addresses);
    return new Gossip(peer, topic);
  }

  /** Without effect once the node has hung up. */
  async say(signed: SignedAnnouncement): Promise<void> {
    if (this.#peer.openConnections() === 0) return;
    await this.#peer.gossip(this.#topic, encode(signedAnnouncementShape, signed));
  }

  /** Resolves when all that was said has come to the other process. */
  async heard(addresses: readonly string[]): Promise<void> {
    await this.#peer.roundTrip(addresses);
  }

  async stop(): Promise<void> {
    await this.#peer.stop();
  }
}
