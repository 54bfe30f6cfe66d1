/** A node as a process that is killed and started again on the same folder, at the same address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { type Client, connectClient } from '#node/api/client.ts';
import type { Report } from '#node/cli/background.ts';
import { CONFIG_FILE } from '#node/config.ts';
import { entryPoint } from '#node/entry.ts';
import { createKeyFile } from '#node/identity/key-file.ts';
import { writePrivateFile } from '#node/private-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Random } from '#simulations/random.ts';

/** Systems give outgoing connections ports above these: one of them must not take a dead node's place. */
const PORTS = [12_000, 30_000] as const;

export class Killable {
  readonly name: string;
  readonly folder: string;
  readonly publicKey: PublicKey;
  /** What runs the node's script. */
  command: readonly string[] = [process.execPath];
  #child: ChildProcess | null = null;
  #client: Client | null = null;
  #errors = '';

  private constructor(name: string, folder: string, publicKey: PublicKey) {
    this.name = name;
    this.folder = folder;
    this.publicKey = publicKey;
  }

  /** Makes an identity and settings; starts nothing. */
  static async create(name: string, folder: string, random: Random): Promise<Killable> {
    const { publicKey } = await createKeyFile(folder, Buffer.from(random.hex(32), 'hex'), null);
    const listen = [`/ip4/127.0.0.1/tcp/${await freePort(random)}`];
    const config = { name, network: 'geo-soak', listen, 'api-port': 0, announce: 'always' };
    await writePrivateFile(join(folder, CONFIG_FILE), stringify(config));
    return new Killable(name, folder, publicKey);
  }

  /** A client of the running node, or null while there is none. */
  get client(): Client | null {
    return this.#client;
  }

  /** What the last process wrote to standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Resolves when the process has ended, by itself or not. */
  async untilEnded(): Promise<void> {
    const child = this.#child;
    this.#client = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** Starts the process; true once its API answers, false when it was killed before. Throws when it ended by itself. */
  async start(): Promise<boolean> {
    const [program, ...before] = this.command as readonly [string, ...string[]];
    const argv = [...before, entryPoint('node'), 'start', '--until-stdin-ends', '--data-dir', this.folder];
    const child = spawn(program, argv, { stdio: ['pipe', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    this.#errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    // It may have ended, with nobody left at the other end.
    child.stdin?.on('error', () => undefined);
    const said = new Promise<Report>((resolve) => child.once('message', (report: Report) => resolve(report)));
    const report = await Promise.race([said, once(child, 'exit')]);
    if ('type' in report && report.type === 'up') {
      const client = await connectClient(this.folder);
      if (child.exitCode === null && child.signalCode === null) this.#client = client;
      return true;
    }
    if (child.signalCode === 'SIGKILL') return false;
    throw new Error(`${this.name} did not start: ${JSON.stringify(report)} ${this.#errors}`);
  }

  /** `kill -9`, whatever it is doing; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#client = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends it cleanly. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#client = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.stdin?.destroy();
    await gone;
  }
}

async function freePort(random: Random): Promise<number> {
  for (;;) {
    const port = random.between(...PORTS);
    const server = createServer();
    try {
      server.listen({ host: '127.0.0.1', port, exclusive: true });
      await once(server, 'listening');
      return port;
    } catch {
      // Another program has it.
    } finally {
      server.close();
    }
  }
}
