/** What made a set of results: all that is true of one run of the program on one machine, and of nothing else. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import packageJson from '../../../package.json' with { type: 'json' };

/** Facts about a run, for `manifest.json`. */
export interface Manifest {
  /** Of the program. */
  readonly version: string;
  /** Of the program's own repository, 40 hex digits; null when it does not run from one. */
  readonly commit: string | null;
  /** Whether files of the program differed from that commit. */
  readonly isChanged: boolean;
  /** What was asked for: the study, as it was understood. */
  readonly configuration: unknown;
  /** SHA-256 in hex: of all that was asked for, files that it names among them. */
  readonly configurationDigest: string;
  readonly seeds: readonly number[];
  readonly node: string;
  readonly platform: string;
}

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The manifest of a study that this program runs now. `configuration` is plain data; the digest is of its JSON if not told. */
export async function manifestOf(
  configuration: unknown,
  seeds: readonly number[],
  configurationDigest = sha256(JSON.stringify(configuration)),
): Promise<Manifest> {
  const { commit, isChanged } = await sourceOf();
  return {
    version: packageJson.version,
    commit,
    isChanged,
    configuration,
    configurationDigest,
    seeds,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The commit, if this very file is one of a repository: a package may lie in somebody else's. */
async function sourceOf(): Promise<{ readonly commit: string | null; readonly isChanged: boolean }> {
  const run = promisify(execFile);
  const git = async (...args: readonly string[]) =>
    (await run('git', [...args], { cwd: import.meta.dirname, windowsHide: true })).stdout.trim();
  try {
    await git('ls-files', '--error-unmatch', '--', import.meta.filename);
    const commit = await git('rev-parse', 'HEAD');
    return { commit, isChanged: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return { commit: null, isChanged: false };
  }
}
