/**
 * The floor of a payment (design 4.4 of the figures): what no implementation can leave out, and nothing else. Along the
 * same processes 6 one-way messages on persistent libp2p streams, 7 synced writes, 4 signatures and 12 verifications,
 * each when the payment needs it.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import type { Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { lpStream } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { Level } from 'level';
import { createLibp2p, type Libp2p } from 'libp2p';
import type { Sizes } from './participant.ts';

const PROTOCOL = '/geo-bench/floor/1.0.0';
const HOPS = 3;
const MAX_FRAME = 65_536;
const PREPARE = 0;
const COMMIT = 1;
/** A statement to be signed: domain, network, transaction, place and key. */
const STATEMENT_BYTES = 96;

type Frames = ReturnType<typeof lpStream<Stream>>;

export class FloorParticipant {
  readonly #libp2p: Libp2p;
  readonly #level: Level<string, Uint8Array>;
  readonly #position: number;
  readonly #upstream = Promise.withResolvers<Frames>();
  #downstream: Frames | null = null;
  #sizes: Sizes | null = null;
  #written = 0;
  readonly #statement = randomBytes(STATEMENT_BYTES);
  readonly #keys = generateKeyPairSync('ed25519');
  readonly #publicKey = createPublicKey(this.#keys.privateKey);
  readonly #signature = sign(null, this.#statement, this.#keys.privateKey);

  private constructor(libp2p: Libp2p, level: Level<string, Uint8Array>, position: number) {
    this.#libp2p = libp2p;
    this.#level = level;
    this.#position = position;
  }

  /** Participant number 0 … 3 of the chain. */
  static async start(folder: string, position: number): Promise<FloorParticipant> {
    const level = new Level<string, Uint8Array>(`${folder}/floor`, { valueEncoding: 'view' });
    await level.open();
    const libp2p = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    });
    const participant = new FloorParticipant(libp2p, level, position);
    await libp2p.handle(PROTOCOL, (stream) => participant.#upstream.resolve(framed(stream)));
    return participant;
  }

  get address(): string {
    return String(this.#libp2p.getMultiaddrs()[0]);
  }

  /** Opens the stream to the next in the chain. */
  async connect(address: string): Promise<void> {
    this.#downstream = framed(await this.#libp2p.dialProtocol(multiaddr(address), PROTOCOL));
  }

  /** Begins to pass on messages, of the sizes that the payment had here. */
  serve(sizes: Sizes): void {
    this.#sizes = sizes;
    if (this.#position === 0) return;
    // Each ends when its stream does.
    this.#servePrepares().catch(() => undefined);
    if (this.#position < HOPS) this.#serveCommits().catch(() => undefined);
  }

  /** As the payer: milliseconds that each took. */
  async pay(count: number): Promise<readonly number[]> {
    const tookMs: number[] = [];
    const downstream = this.#downstream;
    if (downstream === null) throw new Error('the floor is not connected');
    for (let number = 0; number < count; number++) {
      const beganMs = performance.now();
      this.#sign();
      await this.#write(0);
      await downstream.write(this.#frame(PREPARE));
      await downstream.read();
      this.#verify(HOPS);
      await this.#write(1);
      tookMs.push(performance.now() - beganMs);
    }
    return tookMs;
  }

  async stop(): Promise<void> {
    await this.#libp2p.stop();
    await this.#level.close();
  }

  async #servePrepares(): Promise<void> {
    const upstream = await this.#upstream.promise;
    for (;;) {
      await upstream.read();
      this.#verify(this.#position);
      this.#sign();
      await this.#write(0);
      if (this.#downstream === null) await upstream.write(this.#frame(COMMIT));
      else await this.#downstream.write(this.#frame(PREPARE));
    }
  }

  async #serveCommits(): Promise<void> {
    const upstream = await this.#upstream.promise;
    for (;;) {
      await this.#downstream?.read();
      this.#verify(HOPS - this.#position);
      await this.#write(1);
      await upstream.write(this.#frame(COMMIT));
    }
  }

  #frame(type: typeof PREPARE | typeof COMMIT): Uint8Array {
    const length = type === PREPARE ? this.#sizes?.prepareFrame : this.#sizes?.commitFrame;
    return new Uint8Array(length ?? 0);
  }

  #sign(): void {
    sign(null, this.#statement, this.#keys.privateKey);
  }

  #verify(count: number): void {
    for (let done = 0; done < count; done++) verify(null, this.#statement, this.#publicKey, this.#signature);
  }

  async #write(batch: number): Promise<void> {
    const sizes = this.#sizes?.batches[batch] ?? [];
    const puts = sizes.map((size) => ({
      type: 'put' as const,
      key: `record/${this.#written++}`,
      value: new Uint8Array(size),
    }));
    await this.#level.batch(puts, { sync: true });
  }
}

function framed(stream: Stream): Frames {
  return lpStream(stream, { maxDataLength: MAX_FRAME });
}
