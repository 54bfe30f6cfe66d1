/** All participants of a community as processes: started a few at a time, linked, stopped together. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Begun, beginMember, type Member } from './member.ts';
import type { Progress } from './progress.ts';
import type { Community } from './rows.ts';

/** What the process of a node takes: measured at 108 MB after its start and 127 MB after a run; caches grow further. */
const BYTES_PER_MEMBER = 150_000_000;

export const NETWORK = 'geo-community';
const LINK_MS = 30_000;
/** Calls under way at one time, to all members together. */
const CALLS = 8;

/** Of what is free now, how many members a machine has memory for. */
export function membersThatFit(freeBytes: number): number {
  return Math.floor(freeBytes / BYTES_PER_MEMBER);
}

export class Members {
  readonly #folder: string;
  readonly #clears: boolean;
  readonly #begun: Begun[] = [];
  readonly #members = new Map<string, Member>();
  #starting: Promise<void> = Promise.resolve();
  #isStopping = false;

  /** `folder`: where each of them gets a folder of its own. `clears`: do their nodes clear circles of debt? */
  constructor(folder: string, clears: boolean) {
    this.#folder = folder;
    this.#clears = clears;
  }

  get all(): readonly Member[] {
    return [...this.#members.values()];
  }

  get(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`bug: ${name} was not started`);
    return member;
  }

  /** Who has this key. */
  nameOf(publicKey: string): string {
    const member = this.all.find((known) => known.publicKey === publicKey);
    if (member === undefined) throw new Error(`bug: nobody has the key ${publicKey}`);
    return member.name;
  }

  /** Starts a node for everybody. More at a time than there are cores would only make each of them slower. */
  start(community: Community, tell: (progress: Progress) => void): Promise<void> {
    this.#starting = this.#startAll(community, tell);
    return this.#starting;
  }

  async #startAll({ participants, precisions }: Community, tell: (progress: Progress) => void): Promise<void> {
    const folders = folderNames(participants);
    const precision = Object.fromEntries(precisions);
    const started = new Map<string, Member>();
    await inParallel(participants, availableParallelism(), async (name) => {
      if (this.#isStopping) return;
      const folder = join(this.#folder, folders.get(name) as string);
      const clearing = this.#clears ? 'asked' : 'never';
      const begun = await beginMember({ name, folder, network: NETWORK, precision, clearing });
      this.#begun.push(begun);
      if (this.#isStopping) return begun.stop();
      started.set(name, await begun.up);
      return tell({ type: 'up', count: started.size, of: participants.length });
    });
    for (const name of participants) {
      const member = started.get(name);
      if (member !== undefined) this.#members.set(name, member);
    }
  }

  /** Makes contacts of all who have a trust row between them, and waits until their nodes are connected. */
  async link({ rows }: Community): Promise<void> {
    const pairs = new Map<string, readonly [string, string]>();
    for (const { kind, from, to } of rows) {
      if (kind === 'trust') pairs.set(JSON.stringify([from, to].sort()), [from, to]);
    }
    const cards = new Map<string, string>();
    await inParallel(this.all, CALLS, async ({ name, client }) => void cards.set(name, (await client.getId()).card));
    await inParallel([...pairs.values()], CALLS, async ([one, other]) => {
      const who = cards.get(other) as string;
      const { linked } = await this.get(one).client.connectPeer({ who, waitMs: LINK_MS });
      if (!linked) throw new Failure('node-unreachable', `The nodes of ${one} and ${other} do not find each other.`);
      await this.get(other).client.putContact({ who: cards.get(one) as string });
    });
  }

  /** Rejects as soon as a node has ended that nobody stopped. */
  async failWhenOneEnds(): Promise<never> {
    const { name, how, folder } = await Promise.race(
      this.all.map(async ({ name, folder, ended }) => ({ name, folder, how: await ended })),
    );
    throw new Failure('node-unreachable', `The node of ${name} ended ${how}; its log is in ${folder}.`);
  }

  /** Stops all processes, also those that are still starting; resolves when none is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#begun.map((begun) => begun.stop()));
    // One that was about to begin ends there; how the start failed is told there too.
    await this.#starting.catch(() => undefined);
  }
}

/** A folder name for each: the name itself where it is plain, so that a person recognises it; else a number. */
function folderNames(participants: readonly string[]): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const [index, name] of participants.entries()) {
    const plain = name.toLowerCase().replaceAll(' ', '-');
    const isPlain = /^[a-z][a-z0-9-]*$/.test(plain) && !/^participant-\d+$/.test(plain) && !taken.has(plain);
    const folder = isPlain ? plain : `participant-${index + 1}`;
    taken.add(folder);
    folders.set(name, folder);
  }
  return folders;
}

/** Does the work on each item, `most` of them at a time. The first that fails ends it. */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
