/** Nodes as processes in network namespaces. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Input, OperationName, Result } from '#node/api/contract.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { peerIdOf } from '#node/p2p/peer-id.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Machine } from './namespaces.ts';
import type { Asked } from './reach-child.ts';

const CHILD = join(import.meta.dirname, 'reach-child.ts');
const PORT = 4_610;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class ReachNode {
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly #machine: Machine;
  readonly #flags: Readonly<Record<string, unknown>>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #child: ChildProcess | null = null;
  #asked = 0;

  private constructor(name: string, publicKey: PublicKey, machine: Machine, flags: Readonly<Record<string, unknown>>) {
    this.name = name;
    this.publicKey = publicKey;
    this.#machine = machine;
    this.#flags = flags;
  }

  /** A new participant, started. */
  static async start(name: string, machine: Machine, folder: string, settings: Readonly<Record<string, unknown>>) {
    const dataDir = join(folder, name);
    const { publicKey } = await createKeyFile(dataDir, newSeed(), null);
    const listen = [`/ip4/0.0.0.0/tcp/${PORT}`];
    const flags = { dataDir, name, listen, apiPort: '0', announce: 'always', logLevel: 'debug', ...settings };
    const node = new ReachNode(name, publicKey, machine, flags);
    await node.start();
    return node;
  }

  /** Where it listens, with its peer id; for those in the same network. */
  get address(): string {
    return `/ip4/${this.#machine.address}/tcp/${PORT}/p2p/${peerIdOf(this.publicKey).toString()}`;
  }

  /** `settings` in place of those it had. */
  async start(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const flags = JSON.stringify({ ...this.#flags, ...settings });
    const child = spawn('ip', ['netns', 'exec', this.#machine.name, process.execPath, CHILD, flags], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (said: 'up' | Answer) => {
      if (said !== 'up') this.#waiting.get(said.id)?.(said);
    });
    await once(child, 'message');
  }

  /** Asks its API. */
  async ask<N extends OperationName>(operation: N, input?: Input<N>): Promise<Result<N>> {
    const id = this.#asked++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#child?.send({ id, operation, input } satisfies Asked);
    const { result, error } = await promise;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${this.name}: ${operation}: ${error}`);
    return result as Result<N>;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
