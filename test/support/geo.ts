/** `geo` as people run it: a real process, started by the launcher. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const LAUNCHER = join(import.meta.dirname, '../../bin/geo.js');

/** Settings of whoever runs the tests, and what a test runner or a build server says of colours, are not ours. */
export const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(GEO_|FORCE_COLOR$|NO_COLOR$|CI$|TERM$)/.test(name)),
);

/** Which `geo`: the one of this repository, or an installed one. */
export interface GeoProgram {
  readonly command: string;
  readonly argv: readonly string[];
}

const OWN: GeoProgram = { command: process.execPath, argv: [LAUNCHER] };

export interface GeoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A document that `--json` printed; `T` is what the test relies on. */
export type Document<T = unknown> = T & {
  readonly schema: number;
  readonly error?: { readonly code: string; readonly message: string; readonly facts: Record<string, unknown> };
};

/** The data folder of one participant, and `geo` on it. */
export class GeoFolder {
  readonly path: string;
  readonly #program: GeoProgram;

  constructor(path: string, program: GeoProgram = OWN) {
    this.path = path;
    this.#program = program;
  }

  /** Starts `geo` with these arguments; its standard output and error are pipes. */
  spawn(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const { command, argv: before } = this.#program;
    return spawn(command, [...before, ...argv, '--data-dir', this.path], {
      // Not in the repository, so that nothing is found there by chance.
      cwd: tmpdir(),
      env: { ...ENVIRONMENT, TERM: 'xterm-256color', ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs `geo` to its end. `input` is what is typed. */
  async run(argv: readonly string[], input = ''): Promise<GeoRun> {
    return finish(this.spawn(argv), input);
  }

  /** What `geo … --json` answers. Throws unless it ends with this code. */
  async json<T = unknown>(argv: readonly string[], code = 0): Promise<Document<T>> {
    const ran = await this.run([...argv, '--json']);
    if (ran.code !== code) throw new Error(`geo ${argv.join(' ')} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
    return JSON.parse(ran.stdout) as Document<T>;
  }
}

/** Waits for the end of a process and gives all that it printed. */
export async function finish(child: ChildProcess, input = ''): Promise<GeoRun> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('a process without pipes');
  // It may end without reading.
  stdin.on('error', () => undefined);
  stdin.end(input);
  const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout: out, stderr: err };
}

/** Participants in one temporary folder. `close` stops what still runs and removes the folder. */
export class GeoFolders {
  readonly path: string;
  readonly #all: GeoFolder[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<GeoFolders> {
    return new GeoFolders(await mkdtemp(join(tmpdir(), 'geo-cli-')));
  }

  add(name: string, program?: GeoProgram): GeoFolder {
    const folder = new GeoFolder(join(this.path, name), program);
    this.#all.push(folder);
    return folder;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((folder) => folder.run(['stop'])));
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Settings for a node that shares this machine with others. */
export const LOCAL = ['--network', 'test', '--listen', '/ip4/127.0.0.1/tcp/0', '--api-port', '0'];

/** Alice and Bob, started and linked: Alice may owe Bob 100 UAH, and Bob her 50. */
export async function startPair(
  folders: GeoFolders,
  program?: GeoProgram,
): Promise<{ readonly alice: GeoFolder; readonly bob: GeoFolder }> {
  const [alice, bob] = [folders.add('alice', program), folders.add('bob', program)];
  for (const [who, name] of [
    [alice, 'Alice'],
    [bob, 'Bob'],
  ] as const) {
    await who.json(['init', '--name', name, ...LOCAL]);
    await who.json(['start', '--background']);
  }
  for (const [who, other] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const { card } = await other.json<{ card: string }>(['id', 'card']);
    await who.json(['contact', 'add', card]);
  }
  await alice.json(['peer', 'connect', 'Bob', '--wait', '60']);
  await alice.json(['trust', 'set', 'Bob', '50', 'UAH']);
  await bob.json(['trust', 'set', 'Alice', '100', 'UAH']);
  return { alice, bob };
}
