/** One participant of a community: a folder with a key and settings, and a `geo start` that runs on it as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { SeekingMode } from '#protocol/clearing/seeking.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type Client, connectClient } from '../api/client.ts';
import type { Report } from '../cli/background.ts';
import { CONFIG_FILE } from '../config.ts';
import { entryPoint } from '../entry.ts';
import { Failure } from '../failure.ts';
import { createKeyFile, newSeed } from '../identity/key-file.ts';
import { writePrivateFile } from '../private-file.ts';

/** A node that has not ended by then is killed; nothing is lost by that but its clean end. */
const STOP_MS = 15_000;

const ERRORS_FILE = 'stderr.log';

export interface Member {
  readonly name: string;
  readonly folder: string;
  readonly publicKey: PublicKey;
  readonly apiUrl: string;
  readonly client: Client;
  /** Resolves with how the process ended, when it has. */
  readonly ended: Promise<string>;
  /** Ends the process cleanly; resolves when it has ended. */
  stop(): Promise<void>;
}

/** What a member has to know before it starts. */
export interface MemberSettings {
  readonly name: string;
  /** Is made. */
  readonly folder: string;
  readonly network: string;
  readonly precision: Readonly<Record<string, number>>;
  /** When it looks for circles of debt. */
  readonly clearing: SeekingMode;
  /** Nodes by which it enters the directory; none where its neighbours do. */
  readonly bootstrap?: readonly string[];
}

/** A process that was begun, so that it can be ended whatever becomes of its start. */
export interface Begun {
  readonly up: Promise<Member>;
  stop(): Promise<void>;
}

/** Makes an identity and its settings, and starts its node. It ends with this process, however that ends. */
export async function beginMember(settings: MemberSettings): Promise<Begun> {
  const { name, folder, network, precision, clearing, bootstrap = [] } = settings;
  const { publicKey } = await createKeyFile(folder, newSeed(), null);
  const config = {
    name,
    network,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    'api-port': 0,
    announce: 'always',
    clearing,
    bootstrap: [...bootstrap],
    precision,
  };
  await writePrivateFile(join(folder, CONFIG_FILE), stringify(config));
  const errors = openSync(join(folder, ERRORS_FILE), 'a', 0o600);
  const child = spawn(process.execPath, [entryPoint('node'), 'start', '--until-stdin-ends', '--data-dir', folder], {
    stdio: ['pipe', 'ignore', errors, 'ipc'],
    env: withoutSettings(process.env),
    windowsHide: true,
  });
  closeSync(errors);
  // It may have ended by itself, with nobody left at the other end.
  child.stdin?.on('error', () => undefined);
  const ended = endOf(child);
  const up = untilUp(child, ended, settings).then(async (apiUrl): Promise<Member> => {
    const client = await connectClient(folder);
    return { name, folder, publicKey, apiUrl, client, ended, stop: () => stop(child, ended) };
  });
  // Whoever waits for it is told; nobody has to.
  up.catch(() => undefined);
  return { up, stop: () => stop(child, ended) };
}

/** Settings of the person who starts the community are not those of its members. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GEO_')));
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal === null ? `with exit code ${code}` : `by ${signal}`;
  } catch (error) {
    return `before it began: ${(error as Error).message}`;
  }
}

/** Where its API is, once it has said so. */
function untilUp(child: ChildProcess, ended: Promise<string>, { name, folder }: MemberSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Failure('node-unreachable', `The node of ${name} did not start: ${why}`));
    child.on('message', (report: Report) => {
      if (report.type === 'up') resolve(report.up.api);
      else if (report.type === 'failed') fail(report.problem.message);
    });
    void ended.then((how) => {
      const errors = errorsOf(folder);
      fail(`it ended ${how}${errors === '' ? '' : `:\n${errors}`}`);
    });
  });
}

function errorsOf(folder: string): string {
  try {
    return readFileSync(join(folder, ERRORS_FILE), 'utf8').trim();
  } catch {
    return '';
  }
}

/** The node stops when its input ends, on every system; this also reaches one that is still starting. */
async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.stdin?.destroy();
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}
