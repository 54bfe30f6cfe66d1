/**
 * Links: one stream a neighbour (§7.1), whoever opened it.
 *
 * Which stream that is, the participant with the smaller key decides, by when it says HELLO: the other one says HELLO on
 * every stream at once, the smaller one answers on a single stream, and that is the link. So two that call each other
 * at the same time agree without a further message, and no frame is ever sent on a stream that is given up.
 */
import type { Connection, Stream } from '@libp2p/interface';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_FRAME_BYTES } from '#protocol/limits.ts';
import type { Hello } from '#protocol/link.ts';
import type { Log } from '../log.ts';
import { type Cause, causeWords } from './causes.ts';
import { type EndReason, FramedStream, StreamEnded } from './framed-stream.ts';
import { commonVersion, incompatibility, isSignedBy, readHello } from './hello.ts';
import { MAX_HELLO_BYTES, MAX_INBOUND_LINKS, PROBE_TIMEOUT_MS, STRANGER_FRAME_COST } from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { publicKeyOf } from './peer-id.ts';

export const LINK_PROTOCOL = '/geo/link/1.0.0';
/**
 * Nobody speaks it, and saying so takes an answer. Of a protocol that is spoken the library allows few streams at once,
 * and a second question would look like a dead connection: ping allows one.
 */
const NO_PROTOCOL = '/geo/are-you-there/1.0.0';

export interface LinkInfo {
  readonly neighbour: PublicKey;
  /** Where the connection goes to, as a multiaddr. */
  readonly address: string;
  readonly openedBy: 'us' | 'them';
  readonly sinceMs: number;
  readonly queuedBytes: number;
  /** Of the protocol: the newest that both speak. */
  readonly version: number;
}

export interface LinksOptions {
  readonly self: PublicKey;
  readonly network: string;
  /** The own HELLO, as a frame. */
  readonly hello: Uint8Array;
  readonly helloTimeoutMs: number;
  readonly stallMs: number;
  readonly log: Log;
  readonly metrics: HostMetrics;
  /** Neighbours have a place even where the links of others fill the node. */
  readonly isKept: (neighbour: PublicKey) => boolean;
  /** Is it one that the owner knows? */
  readonly isOwn: (neighbour: PublicKey) => boolean;
  readonly frame: (from: PublicKey, frame: Uint8Array) => Promise<void>;
  readonly up: (neighbour: PublicKey, capabilities: readonly string[], connection: Connection) => void;
  readonly down: (neighbour: PublicKey, lastedMs: number, reason: EndReason) => void;
  /** Why no link came of a stream. */
  readonly trouble: (neighbour: PublicKey, why: Cause) => void;
  /** Two running nodes have the neighbour's identity; each with the other's HELLO. */
  readonly twins: (neighbour: PublicKey, sides: readonly TwinSide[]) => void;
}

/** One of two running nodes with the same identity. */
export interface TwinSide {
  readonly connection: Connection;
  readonly otherHello: Hello;
}

interface Link {
  readonly neighbour: PublicKey;
  readonly hello: Hello;
  readonly frames: FramedStream;
  readonly connection: Connection;
  readonly openedBy: 'us' | 'them';
  readonly sinceMs: number;
}

export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<PublicKey, Link>();
  /** Streams that have not come to a link yet. */
  readonly #strangers = new Set<FramedStream>();
  #inbound = 0;
  #stopped = false;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  has(neighbour: PublicKey): boolean {
    return this.#links.has(neighbour);
  }

  /** Is there a link, and does it go through a relay? */
  isRelayed(neighbour: PublicKey): boolean {
    return this.#links.get(neighbour)?.connection.direct === false;
  }

  list(): readonly LinkInfo[] {
    return [...this.#links.values()].map(({ neighbour, hello, connection, openedBy, sinceMs, frames }) => ({
      neighbour,
      address: connection.remoteAddr.toString(),
      openedBy,
      sinceMs,
      queuedBytes: frames.queuedBytes,
      version: commonVersion(hello.versions) as number,
    }));
  }

  /** False when there is no link. A frame that is taken may still be lost with its link. */
  send(to: PublicKey, frame: Uint8Array): boolean {
    const link = this.#links.get(to);
    if (link === undefined) return false;
    this.#options.metrics.framesOut.inc();
    link.frames.send(frame);
    return true;
  }

  /** Makes a link of a stream that was opened to or by the other end of the connection, if that is to be. */
  async establish(stream: Stream, connection: Connection, openedBy: 'us' | 'them'): Promise<void> {
    const neighbour = publicKeyOf(connection.remotePeer);
    if (stream.status !== 'open') return;
    if (neighbour === null || this.#stopped) return stream.abort(new StreamEnded('stopped'));
    const { metrics, isKept, trouble } = this.#options;
    let link: Link | null = null;
    const frames = new FramedStream(stream, {
      maxFrameBytes: MAX_HELLO_BYTES,
      throttled: () => metrics.throttled.inc(),
      frameCost: () => (isKept(neighbour) ? 1 : STRANGER_FRAME_COST),
      stallMs: this.#options.stallMs,
      ended: (reason) => {
        this.#strangers.delete(frames);
        if (openedBy === 'them') this.#inbound--;
        metrics.streamEnds.inc({ reason });
        if (link !== null) this.#down(link, reason);
      },
    });
    if (openedBy === 'them' && ++this.#inbound > MAX_INBOUND_LINKS && !isKept(neighbour)) {
      return frames.abort('too-many-links');
    }
    this.#strangers.add(frames);
    const late = setTimeout(() => frames.abort('hello-late'), this.#options.helloTimeoutMs);
    try {
      const hello = await this.#exchangeHello(neighbour, frames, connection);
      if (hello === null) return;
      link = { neighbour, hello, frames, connection, openedBy, sinceMs: Date.now() };
      this.#up(link);
    } catch (error) {
      if (!(error instanceof StreamEnded)) throw error;
      this.#options.log.debug({ neighbour, openedBy, reason: error.reason }, 'no link came of a stream');
      if (!this.#links.has(neighbour)) trouble(neighbour, { code: error.reason, facts: {} });
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends all links, after what waits has been handed to the network or 500 ms have passed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const frames of this.#strangers) frames.abort('stopped');
    const signal = AbortSignal.timeout(500);
    await Promise.all([...this.#links.values()].map(async ({ frames }) => frames.close('stopped', signal)));
  }

  /** The neighbour's HELLO once this stream is the link; null when it is not to be, and the stream has ended. */
  async #exchangeHello(neighbour: PublicKey, frames: FramedStream, connection: Connection): Promise<Hello | null> {
    const decides = this.#options.self < neighbour;
    const own = this.#options.hello;
    if (!decides) frames.send(own);
    const hello = readHello(await frames.read());
    if (hello === null) {
      frames.abort('hello-malformed');
      throw new StreamEnded('hello-malformed');
    }
    const why = incompatibility(hello, this.#options.network);
    if (why !== null) {
      this.#options.log.debug({ neighbour, why: causeWords(why) }, 'no link with an incompatible node');
      this.#options.trouble(neighbour, why);
      // The other side is to know why as well.
      if (decides) frames.send(own);
      await frames.close('incompatible', AbortSignal.timeout(this.#options.helloTimeoutMs));
      return null;
    }
    if (!isSignedBy(hello, neighbour)) {
      frames.abort('hello-forged');
      throw new StreamEnded('hello-forged');
    }
    const obstacle = await this.#obstacle(neighbour, hello, decides, connection);
    if (frames.end !== null) return null;
    if (obstacle !== null) {
      frames.abort(obstacle);
      return null;
    }
    if (decides) frames.send(own);
    return hello;
  }

  /** Whether a link that exists stands in the way of a new one; one that does not is ended. */
  async #obstacle(
    neighbour: PublicKey,
    hello: Hello,
    decides: boolean,
    connection: Connection,
  ): Promise<'superseded' | 'twin' | null> {
    for (;;) {
      const link = this.#links.get(neighbour);
      if (link === undefined) return null;
      const sameInstance = link.hello.instance === hello.instance;
      // The neighbour that decides has chosen the new stream.
      if (sameInstance && !decides) {
        link.frames.abort('superseded');
        return null;
      }
      // A direct connection takes the place of a relayed one.
      if (sameInstance && connection.direct && !link.connection.direct) {
        link.frames.abort('superseded');
        return null;
      }
      // Otherwise the new stream crossed the choice of the old one, or the old one broke and nobody noticed. An answer
      // comes after everything the neighbour did to the old stream before.
      const alive = await answers(link.connection);
      if (this.#links.get(neighbour) !== link) continue;
      if (!alive) {
        link.frames.abort('reset');
        link.connection.abort(new StreamEnded('reset'));
        return null;
      }
      if (sameInstance) return 'superseded';
      this.#options.log.error({ neighbour }, 'two running nodes have the same identity');
      this.#options.twins(neighbour, [
        { connection: link.connection, otherHello: hello },
        { connection, otherHello: link.hello },
      ]);
      return 'twin';
    }
  }

  #up(link: Link): void {
    const { neighbour, frames, connection, openedBy } = link;
    const { metrics, log, frame, up } = this.#options;
    this.#strangers.delete(frames);
    this.#links.set(neighbour, link);
    this.#tell(neighbour, { openedBy, address: connection.remoteAddr.toString() }, 'link up');
    up(neighbour, link.hello.capabilities, connection);
    frames.deliverTo(async (bytes) => {
      metrics.framesIn.inc();
      try {
        await frame(neighbour, bytes);
      } catch (error) {
        log.error({ neighbour, err: error }, 'a frame could not be worked on');
        throw error;
      }
    }, MAX_FRAME_BYTES);
  }

  #down(link: Link, reason: EndReason): void {
    if (this.#links.get(link.neighbour) !== link) return;
    this.#links.delete(link.neighbour);
    this.#tell(link.neighbour, { reason }, 'link down');
    this.#options.down(link.neighbour, Date.now() - link.sinceMs, reason);
  }

  /** What others do is told only to those who look for it: strangers could fill the log, and whom members know is nobody's business. */
  #tell(neighbour: PublicKey, facts: object, message: string): void {
    const { log, isOwn } = this.#options;
    log[isOwn(neighbour) ? 'info' : 'debug']({ neighbour, ...facts }, message);
  }
}

/** Whether the other end of a connection is still there: refusing a stream takes it an answer. */
async function answers(connection: Connection): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const stream = await connection.newStream(NO_PROTOCOL, { signal, runOnLimitedConnection: true });
    stream.abort(new StreamEnded('closed'));
    return true;
  } catch (error) {
    return (error as Error).name === 'UnsupportedProtocolError';
  }
}
