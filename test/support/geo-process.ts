/** Nodes and hubs as processes that a test holds: started by `geo`, asked over their API and their figures. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { readApiFiles } from '#node/api/address.ts';
import { type Client, createClient } from '#node/api/client.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { GeoFolder, type GeoProgram } from './geo.ts';
import { mutatedCopy, type Patch, WHOLE_PROGRAM } from './mutated.ts';

/** What `geo start --json` and `geo hub start --json` say when they are up. */
interface Up {
  readonly publicKey: PublicKey;
  readonly addresses: readonly string[];
  /** Of a hub. */
  readonly http?: string;
}

export interface GeoProcess extends Up {
  readonly client: Client;
  /** What the node counts. */
  readonly figures: () => Promise<Figures>;
  /** Ends it as Ctrl-C does; resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

/** Processes that run the source as it is or patched copies of it, all in one temporary folder. */
export class GeoProcesses {
  readonly #path: string;
  readonly #copies: string[] = [];
  readonly #children: ChildProcess[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  static async create(): Promise<GeoProcesses> {
    return new GeoProcesses(await mkdtemp(join(tmpdir(), 'geo-processes-')));
  }

  /** `geo` of a copy of the source with patches in it. */
  patched(patches: readonly Patch[]): GeoProgram {
    const copy = mutatedCopy(patches, WHOLE_PROGRAM);
    this.#copies.push(copy);
    return { command: process.execPath, argv: [join(copy, 'bin/geo.js')] };
  }

  /** A new participant, who is not started yet. */
  async create(name: string): Promise<PublicKey> {
    return (await createKeyFile(join(this.#path, name), newSeed(), null)).publicKey;
  }

  /** Runs `geo start` or `geo hub start` for a participant; resolves when it is up. */
  async start(name: string, argv: readonly string[], program?: GeoProgram): Promise<GeoProcess> {
    const folder = new GeoFolder(join(this.#path, name), program);
    const child = folder.spawn([...argv, '--name', name, '--json']);
    this.#children.push(child);
    const up = await untilUp(child);
    const { url, cookie } = await readApiFiles(folder.path);
    return {
      ...up,
      client: createClient(url, cookie),
      figures: () => readFigures(`${url}/metrics`, cookie),
      stop: () => stopped(child),
    };
  }

  /** Stops whatever still runs, and removes all of it. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map(stopped));
    await Promise.all([this.#path, ...this.#copies].map((path) => rm(path, { recursive: true })));
  }
}

async function untilUp(child: ChildProcess): Promise<Up> {
  const { stdout, stderr } = child as ChildProcess & Record<'stdout' | 'stderr', NodeJS.ReadableStream>;
  const complaints = text(stderr);
  const said = once(createInterface({ input: stdout }), 'line') as Promise<[string]>;
  const first = await Promise.race([said, once(child, 'exit').then(() => null)]);
  const up = first === null ? null : (JSON.parse(first[0]) as Up & { error?: { message: string } });
  if (up === null || up.error !== undefined)
    throw new Error(`it did not start: ${up?.error?.message ?? (await complaints)}`);
  return up;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Counters in the text format of Prometheus. */
export class Figures {
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** The sum over all that have the name and the label, which is written such as `type="probe"`. */
  sum(name: string, label = ''): number {
    let sum = 0;
    for (const line of this.#lines) {
      const [, called, labels = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      if (called === name && labels.includes(label)) sum += Number(value);
    }
    return sum;
  }
}

export async function readFigures(url: string, token?: string): Promise<Figures> {
  const response = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return new Figures((await response.text()).split('\n'));
}
