/**
 * A stream of frames with back-pressure both ways.
 *
 * In: bytes are decoded only as frames are taken; while too many are being worked on, the stream is paused, its window
 * closes and the other side waits. Out: frames wait in a queue of bounded size and for a bounded time, those that wait
 * together leave in one write. Nothing here waits for a timer unless the other side sends faster than its rate.
 */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';
import { type FrameFault, FrameReader, joinFrames } from './frames.ts';
import {
  FRAMES_AT_ONCE,
  FRAMES_PER_SECOND,
  MAX_FRAMES_IN_FLIGHT,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_FRAMES,
  STALL_MS,
  WRITE_BYTES,
} from './limits.ts';
import { TokenBucket } from './token-bucket.ts';
import { openWindowSeldom } from './window.ts';

/** Why a stream ended: a fault of the other side, its wish, or ours. */
export type EndReason =
  | FrameFault
  /** The stream ended within a frame. */
  | 'frame-truncated'
  | 'hello-malformed'
  | 'hello-forged'
  | 'hello-late'
  | 'incompatible'
  /** Another stream is the link, or became it. */
  | 'superseded'
  | 'twin'
  | 'too-many-links'
  /** More waited for the other side than may wait, or for longer. */
  | 'too-slow'
  /** The node could not work on a frame. */
  | 'node-failed'
  | 'query-refused'
  | 'query-late'
  /** The other side closed it in good order, or broke it off. */
  | 'closed'
  | 'reset'
  | 'stopped';

/** A read that the end of the stream made impossible. */
export class StreamEnded extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`the stream ended: ${reason}`);
    this.name = 'StreamEnded';
    this.reason = reason;
  }
}

export interface FramedStreamOptions {
  /** Longest frame accepted from the other side. */
  readonly maxFrameBytes: number;
  /** Called once, when no frame comes or goes any more. */
  readonly ended: (reason: EndReason) => void;
  /** The other side sent faster than its rate, and now waits. */
  readonly throttled: () => void;
  /** How many frames of the rate each frame takes; 1 unless given. */
  readonly frameCost?: () => number;
  /** How long the other side may leave unread what waits for it, if not the usual time. */
  readonly stallMs?: number;
}

type Deliver = (frame: Uint8Array) => Promise<void>;

export class FramedStream {
  readonly #stream: Stream;
  readonly #options: FramedStreamOptions;
  readonly #reader: FrameReader;
  readonly #rate = new TokenBucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, performance.now());
  #rateTimer: NodeJS.Timeout | null = null;
  /** Runs while frames wait and the other side takes none. */
  #stallTimer: NodeJS.Timeout | undefined;
  /** Who waits for one frame, or takes all of them. */
  #waiting: PromiseWithResolvers<Uint8Array> | null = null;
  #deliver: Deliver | null = null;
  #inFlight = 0;
  #advancing = false;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #flushes = false;
  /** The stream took what it could and says when it takes more. */
  #blocked = false;
  #remoteDone = false;
  #end: EndReason | null = null;

  /** The stream must be open. */
  constructor(stream: Stream, options: FramedStreamOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#reader = new FrameReader(options.maxFrameBytes);
    stream.addEventListener('close', this.#onClose);
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite);
    stream.addEventListener('drain', this.#onDrain);
    // The stream gives what it has already received once it has this listener.
    stream.addEventListener('message', this.#onMessage);
    this.#remoteDone = stream.remoteWriteStatus === 'closed';
  }

  get end(): EndReason | null {
    return this.#end;
  }

  /** Bytes of frames that wait to be sent. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#stream.writeBufferLength;
  }

  /** The next frame. Rejects with `StreamEnded` when there is none. One read at a time. */
  async read(): Promise<Uint8Array> {
    if (this.#end !== null) throw new StreamEnded(this.#end);
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    this.#advance();
    return promise;
  }

  /** From now on every frame goes to `deliver`, in order, a bounded number before the first is done with. */
  deliverTo(deliver: Deliver, maxFrameBytes: number): void {
    this.#reader.maxBytes = maxFrameBytes;
    this.#deliver = deliver;
    openWindowSeldom(this.#stream);
    this.#advance();
  }

  /** Sends a frame, which must not be changed any more. Without effect once the stream has ended. */
  send(frame: Uint8Array): void {
    if (this.#end !== null) return;
    if (this.#queuedBytes + frame.length > MAX_QUEUED_BYTES || this.#queue.length >= MAX_QUEUED_FRAMES) {
      this.abort('too-slow');
      return;
    }
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    if (this.#flushes || this.#blocked) return;
    this.#flushes = true;
    // What is sent in the same breath leaves in one write.
    queueMicrotask(this.#flush);
  }

  /** Ends it at once, in both directions; what waits to be sent is dropped. */
  abort(reason: EndReason): void {
    if (this.#end !== null) return;
    this.#finish(reason);
    this.#stream.abort(new StreamEnded(reason));
  }

  /** Ends it after what waits has been handed to the network, for at most as long as the signal says. */
  async close(reason: EndReason, signal: AbortSignal): Promise<void> {
    if (this.#end !== null) return;
    this.#flush();
    this.#finish(reason);
    await this.#stream.close({ signal }).catch((error: unknown) => this.#stream.abort(error as Error));
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    if (this.#end !== null) return;
    this.#reader.append(event.data);
    this.#advance();
  };

  readonly #onDrain = (): void => {
    this.#blocked = false;
    clearTimeout(this.#stallTimer);
    this.#flush();
  };

  readonly #onRemoteCloseWrite = (): void => {
    this.#remoteDone = true;
    this.#advance();
  };

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#finish(event.error === undefined ? this.#restReason() : 'reset');
  };

  /** Gives out frames as long as they are wanted, then lets the stream flow or wait. */
  #advance(): void {
    // A frame that is done with at once would come back in here.
    if (this.#advancing || this.#end !== null) return;
    this.#advancing = true;
    while (this.#end === null && this.#wantsFrame()) {
      const frame = this.#reader.next();
      if (frame === null) {
        if (!this.#flow()) break;
        continue;
      }
      if (typeof frame === 'string') this.abort(frame);
      else this.#give(frame);
    }
    this.#advancing = false;
    if (this.#end === null && !this.#wantsFrame()) this.#hold();
  }

  #wantsFrame(): boolean {
    if (this.#waiting !== null) return true;
    return this.#deliver !== null && this.#inFlight < MAX_FRAMES_IN_FLIGHT && this.#rateTimer === null;
  }

  #give(frame: Uint8Array): void {
    if (this.#waiting !== null) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(frame);
      return;
    }
    this.#inFlight++;
    (this.#deliver as Deliver)(frame).then(
      () => {
        this.#inFlight--;
        this.#advance();
      },
      () => this.abort('node-failed'),
    );
    const waitMs = this.#rate.spend(performance.now(), this.#options.frameCost?.() ?? 1);
    if (waitMs === 0) return;
    this.#options.throttled();
    this.#rateTimer = setTimeout(() => {
      this.#rateTimer = null;
      this.#advance();
    }, waitMs);
  }

  /** All that came has been taken: lets more come. True when more was there already. */
  #flow(): boolean {
    const before = this.#reader.buffered;
    if (this.#stream.readStatus === 'paused') this.#stream.resume();
    if (this.#reader.buffered > before) return true;
    if (this.#remoteDone) this.abort(this.#restReason());
    return false;
  }

  #hold(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause();
  }

  #restReason(): EndReason {
    return this.#reader.buffered > 0 ? 'frame-truncated' : 'closed';
  }

  readonly #flush = (): void => {
    this.#flushes = false;
    while (this.#queue.length > 0 && !this.#blocked && this.#end === null) {
      const batch = this.#takeBatch();
      try {
        this.#blocked = !this.#stream.send(joinFrames(batch));
      } catch {
        this.abort('reset');
      }
    }
    if (this.#blocked && this.#end === null) this.#awaitDrain();
  };

  #awaitDrain(): void {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => this.abort('too-slow'), this.#options.stallMs ?? STALL_MS);
  }

  #takeBatch(): Uint8Array[] {
    let count = 0;
    let bytes = 0;
    for (const frame of this.#queue) {
      if (count > 0 && bytes + frame.length > WRITE_BYTES) break;
      bytes += frame.length;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  #finish(reason: EndReason): void {
    if (this.#end !== null) return;
    this.#end = reason;
    if (this.#rateTimer !== null) clearTimeout(this.#rateTimer);
    clearTimeout(this.#stallTimer);
    this.#stream.removeEventListener('message', this.#onMessage);
    this.#stream.removeEventListener('remoteCloseWrite', this.#onRemoteCloseWrite);
    this.#stream.removeEventListener('drain', this.#onDrain);
    this.#stream.removeEventListener('close', this.#onClose);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#waiting?.reject(new StreamEnded(reason));
    this.#waiting = null;
    this.#options.ended(reason);
  }
}
