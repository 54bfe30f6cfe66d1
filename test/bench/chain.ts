/** Participants in a chain, each in a process of its own, linked over TCP on loopback; each trusts the one before it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { PublicKey } from '#protocol/identity.ts';
import type { Calls, Reply, Request } from './chain-process.ts';
import { withFolder } from './temporary.ts';

const PROCESS = join(import.meta.dirname, 'chain-process.ts');

/** One participant's process. Commands go over the channel between parent and child, so that HTTP is not measured. */
export class ChainProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor() {
    this.#child = fork(PROCESS, { serialization: 'advanced' });
    this.#child.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.number);
      this.#waiting.delete(reply.number);
      if (reply.error === null) waiting?.resolve(reply.result);
      else waiting?.reject(new Error(reply.error));
    });
    this.#child.on('exit', (code) => {
      const error = new Error(`a participant's process ended with ${code}`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  call<K extends keyof Calls>(name: K, ...args: Parameters<Calls[K]>): Promise<Awaited<ReturnType<Calls[K]>>> {
    const number = this.#calls++;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(number, waiting);
    this.#child.send({ number, name, args } satisfies Request);
    return waiting.promise as Promise<Awaited<ReturnType<Calls[K]>>>;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }
}

export interface Chain {
  readonly processes: readonly ChainProcess[];
  readonly keys: readonly PublicKey[];
  /** Where each is found. */
  readonly addresses: readonly (readonly string[])[];
}

/** Runs with a chain whose members all know all its lines, and ends it. */
export function withChain<T>(length: number, run: (chain: Chain) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const processes = Array.from({ length }, () => new ChainProcess());
    try {
      const started = await Promise.all(
        processes.map((process, index) => {
          const own = join(folder, String(index));
          mkdirSync(own);
          return process.call('start', own);
        }),
      );
      for (const [index, { publicKey, addresses }] of started.entries()) {
        await processes[index + 1]?.call('trust', publicKey, addresses);
      }
      await Promise.all(processes.map((process) => process.call('mapped', length - 1)));
      return await run({
        processes,
        keys: started.map(({ publicKey }) => publicKey),
        addresses: started.map(({ addresses }) => addresses),
      });
    } finally {
      await Promise.all(processes.map((process) => process.end()));
    }
  });
}

/** CPU time so far, all threads: of each participant's process, and of all programs that are not part of this run. */
export async function cpuMs(
  processes: readonly ChainProcess[],
): Promise<{ readonly own: readonly number[]; readonly others: number }> {
  const own = await Promise.all(processes.map((process) => process.call('cpuMs')));
  const { user, system } = process.cpuUsage();
  let all = 0;
  for (const { times } of cpus()) all += times.user + times.nice + times.sys + times.irq;
  return { own, others: all - own.reduce((sum, ms) => sum + ms, (user + system) / 1_000) };
}
