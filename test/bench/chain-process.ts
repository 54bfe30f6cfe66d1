/** The process of one participant: does what its parent asks for, one call after the other, until the parent lets go. */
import { randomBytes } from 'node:crypto';
import type { PublicKey } from '#protocol/identity.ts';
import { Flood } from './flood.ts';
import { FloorParticipant } from './floor.ts';
import { Participant, type Sizes } from './participant.ts';

export interface Request {
  readonly number: number;
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly number: number;
  readonly result: unknown;
  readonly error: string | null;
}

export type Calls = typeof calls;

let folder = '';
let participant: Participant | null = null;
let floor: FloorParticipant | null = null;
let flood: Flood | null = null;

const started = <T>(value: T | null): T => {
  if (value === null) throw new Error('it has not been started');
  return value;
};

const calls = {
  async start(dataFolder: string) {
    folder = dataFolder;
    participant = await Participant.start(folder, randomBytes(32));
    return { publicKey: participant.host.publicKey, addresses: participant.host.addresses() };
  },
  trust: (neighbour: PublicKey, addresses: readonly string[]) => started(participant).trust(neighbour, addresses),
  mapped: (lines: number) => started(participant).mapped(lines),
  pay: (receiver: PublicKey, count: number, inFlight: number) => started(participant).pay(receiver, count, inFlight),
  map: async () => started(participant).map(),
  sizes: async () => started(participant).sizes(),
  /** CPU time of this process so far, all its threads. */
  async cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  async startFloor(position: number) {
    floor = await FloorParticipant.start(folder, position);
    return floor.address;
  },
  async startFlood(victim: PublicKey, addresses: readonly string[]) {
    flood = await Flood.start(victim, addresses);
  },
  flood: (announcements: number, duringMs: number) => started(flood).run(announcements, duringMs),
  connectFloor: (address: string) => started(floor).connect(address),
  serveFloor: async (sizes: Sizes) => started(floor).serve(sizes),
  payFloor: (count: number) => started(floor).pay(count),
};

async function answer({ number, name, args }: Request): Promise<Reply> {
  try {
    const call = calls[name] as (...args: readonly unknown[]) => Promise<unknown>;
    return { number, result: await call(...args), error: null };
  } catch (error) {
    return { number, result: null, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => {
  void Promise.all([participant?.stop(), floor?.stop(), flood?.stop()]).then(() => process.exit());
});
