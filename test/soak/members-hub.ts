/** A hub with members as a process that is killed and started again on the same folder, at the same address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { entryPoint } from '#node/entry.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';

const SOAK_NETWORK = 'geo-soak';
/** Ticks of a process's time in `/proc`: a hundred a second on every Linux. */
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1_024;

interface Up {
  readonly members: string;
  /** Where its figures are. */
  readonly http: string;
  readonly error?: { readonly message: string };
}

export class SoakHub {
  readonly folder: string;
  readonly #profileFolder: string | null;
  #child: ChildProcess | null = null;
  /** Of the first start, so that members find it again. */
  #url: string | null = null;
  #httpUrl: string | null = null;
  /** Of processes that have ended. */
  #earlierCpuSeconds = 0;

  private constructor(folder: string, profileFolder: string | null) {
    this.folder = folder;
    this.#profileFolder = profileFolder;
  }

  /** Makes its identity; starts nothing. With `profileFolder`, each process that ends cleanly leaves a profile there. */
  static async create(folder: string, profileFolder: string | null): Promise<SoakHub> {
    await createKeyFile(folder, newSeed(), null);
    return new SoakHub(folder, profileFolder);
  }

  /** Where members are served. */
  get url(): string {
    if (this.#url === null) throw new Error('the hub was not started');
    return this.#url;
  }

  /** Starts the process, with more settings; how long it took until it served. */
  async start(...more: readonly string[]): Promise<number> {
    const startedAt = performance.now();
    const port = this.#url === null ? '0' : new URL(this.#url).port;
    const profile = this.#profileFolder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', this.#profileFolder];
    const settings = ['--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0', '--mdns', 'off', '--directory', 'off'];
    const argv = [
      ...profile,
      ...[entryPoint('hub'), 'start', '--json', '--data-dir', this.folder, '--network', SOAK_NETWORK],
      ...['--http-port', '0', '--members', 'open', '--members-port', port, '--behind-proxy', ...settings, ...more],
    ];
    // As `geo` starts it.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const [text] = (await Promise.race([line, once(child, 'exit')])) as [unknown];
    const up = typeof text === 'string' ? (JSON.parse(text) as Up) : null;
    if (up === null || up.error !== undefined)
      throw new Error(`the hub did not start: ${up?.error?.message} ${errors}`);
    this.#url = up.members;
    this.#httpUrl = up.http;
    return performance.now() - startedAt;
  }

  /** `kill -9`, whatever it is doing; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ends it cleanly. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Memory that the process takes of the machine now; null: there is none, or no Linux. */
  rssBytes(): Promise<number | null> {
    return this.#statusBytes(/^VmRSS:\s+(\d+)/m);
  }

  /** The same without the files that are mapped into it, which the machine takes back when it needs room. */
  ownBytes(): Promise<number | null> {
    return this.#statusBytes(/^RssAnon:\s+(\d+)/m);
  }

  /** What its memory held after the last full collection of garbage; null: there was none, or no hub is up. */
  async liveBytes(): Promise<number | null> {
    const metrics = await fetch(`${this.#httpUrl}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    const bytes = Number(/^geo_hub_memory_live_bytes (\S+)$/m.exec(metrics)?.[1] ?? 0);
    return bytes === 0 ? null : bytes;
  }

  /** Processor time of all its processes until now. */
  async cpuSeconds(): Promise<number> {
    return this.#earlierCpuSeconds + (await this.#ownCpuSeconds());
  }

  async #ownCpuSeconds(): Promise<number> {
    // After the name, which stands in parentheses: user and system time are the 12th and 13th.
    const fields = (await this.#proc('stat'))?.split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
  }

  async #statusBytes(kibibytes: RegExp): Promise<number | null> {
    const found = kibibytes.exec((await this.#proc('status')) ?? '')?.[1];
    return found === undefined ? null : Number(found) * KIBIBYTE;
  }

  async #proc(name: string): Promise<string | null> {
    const pid = this.#child?.pid;
    return pid === undefined ? null : readFile(join('/proc', String(pid), name), 'utf8').catch(() => null);
  }

  /** For when the soak itself ends: nothing is left running. */
  killNow(): void {
    this.#child?.kill('SIGKILL');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    this.#earlierCpuSeconds += await this.#ownCpuSeconds();
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    this.#child = null;
  }
}
