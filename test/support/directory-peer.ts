/** A node of the directory that keeps to no rule: puts and answers whatever a test wants. Bytes as in libp2p's kad-dht. */
import { identify } from '@libp2p/identify';
import type { Stream } from '@libp2p/interface';
import { Record as DhtRecord } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { lpStream } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { DIRECTORY_PROTOCOL } from '#node/p2p/kad.ts';
import { peerIdOf, privateKeyFromSeed, publicKeyOf } from '#node/p2p/peer-id.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { randomSeed } from './hosts.ts';

/** Kinds of messages. */
export const PUT_VALUE = 0;
export const GET_VALUE = 1;
export const ADD_PROVIDER = 2;
export const GET_PROVIDERS = 3;
export const FIND_NODE = 4;

export interface DhtMessage {
  readonly type: number;
  readonly key?: Uint8Array;
  readonly record?: Uint8Array;
  /** Nodes that are named, with addresses in bytes. */
  readonly closer?: readonly Uint8Array[];
  readonly providers?: readonly Uint8Array[];
}

export interface DirectoryPeer {
  readonly publicKey: PublicKey;
  addresses(): readonly string[];
  connect(addresses: readonly string[]): Promise<void>;
  /** The answer; null when the stream was ended instead. */
  ask(addresses: readonly string[], message: DhtMessage | Uint8Array): Promise<DhtMessage | null>;
  put(addresses: readonly string[], key: Uint8Array, value: Uint8Array): Promise<boolean>;
  /** The value that a node keeps for a key. */
  get(addresses: readonly string[], key: Uint8Array): Promise<Uint8Array | null>;
  stop(): Promise<void>;
}

/** `answer`: what is said to whoever asks; null ends the stream. */
export async function startDirectoryPeer(
  answer: (message: DhtMessage) => DhtMessage | null = () => null,
): Promise<DirectoryPeer> {
  const libp2p = await createLibp2p({
    privateKey: await privateKeyFromSeed(randomSeed()),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping() },
  });
  await libp2p.handle(DIRECTORY_PROTOCOL, async (stream) => {
    const messages = lpStream(stream, { maxDataLength: 65_536 });
    const said = answer(decodeMessage((await messages.read()).slice()));
    if (said === null) return stream.abort(new Error('on purpose'));
    await messages.write(encodeMessage(said)).catch(() => undefined);
  });
  const ask: DirectoryPeer['ask'] = async (addresses, message) => {
    let stream: Stream | null = null;
    try {
      const dialled = addresses.map((address) => multiaddr(address));
      stream = await libp2p.dialProtocol(dialled, DIRECTORY_PROTOCOL);
      const messages = lpStream(stream, { maxDataLength: 65_536 });
      await messages.write(message instanceof Uint8Array ? message : encodeMessage(message));
      return decodeMessage((await messages.read({ signal: AbortSignal.timeout(20_000) })).slice());
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') throw error;
      return null;
    } finally {
      stream?.abort(new Error('done'));
    }
  };
  return {
    publicKey: publicKeyOf(libp2p.peerId) as PublicKey,
    addresses: () => libp2p.getMultiaddrs().map((address) => address.toString()),
    connect: async (addresses) => void (await libp2p.dial(addresses.map((address) => multiaddr(address)))),
    ask,
    async put(addresses, key, value) {
      return (await ask(addresses, { type: PUT_VALUE, key, record: dhtRecord(key, value) })) !== null;
    },
    async get(addresses, key) {
      const said = await ask(addresses, { type: GET_VALUE, key });
      return said?.record === undefined ? null : DhtRecord.deserialize(said.record).value;
    },
    stop: async () => libp2p.stop(),
  };
}

export function dhtRecord(key: Uint8Array, value: Uint8Array): Uint8Array {
  return new DhtRecord(key, value, new Date()).serialize();
}

/** A node as an answer names it. */
export function named(publicKey: PublicKey, addresses: readonly string[]): Uint8Array {
  const fields = addresses.map((address) => field(2, multiaddr(address).bytes));
  return joined([field(1, peerIdOf(publicKey).toMultihash().bytes), ...fields]);
}

function encodeMessage({ type, key, record, closer = [], providers = [] }: DhtMessage): Uint8Array {
  return joined([
    Uint8Array.of(0x08, type),
    ...(key === undefined ? [] : [field(2, key)]),
    ...(record === undefined ? [] : [field(3, record)]),
    ...closer.map((node) => field(8, node)),
    ...providers.map((node) => field(9, node)),
  ]);
}

/** Type, key and record are all that a test reads. */
function decodeMessage(bytes: Uint8Array): DhtMessage {
  const message: { type: number; key?: Uint8Array; record?: Uint8Array } = { type: PUT_VALUE };
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const value = number();
    if ((tag & 7) === 0) {
      if (tag === 0x08) message.type = value;
      continue;
    }
    const part = bytes.slice(at, at + value);
    at += value;
    if (tag >> 3 === 2) message.key = part;
    if (tag >> 3 === 3) message.record = part;
  }
  return message;
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return joined([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
