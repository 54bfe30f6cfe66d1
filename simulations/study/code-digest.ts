/** Which code runs: rows of one study come from one state of it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whatever a run depends on, from the root of the source. */
const FOLDERS = ['protocol', 'simulations', 'node/identity'];

let known: string | null = null;

/** 16 hex digits of the SHA-256 of all code that a run may depend on: of the source, or of `dist` in a package. */
export function codeDigest(): string {
  known ??= digestOf(join(import.meta.dirname, '../..'));
  return known;
}

function digestOf(root: string): string {
  const hash = createHash('sha256');
  const isSource = FOLDERS.every((folder) => existsSync(join(root, folder)));
  const folders = isSource ? FOLDERS.map((folder) => join(root, folder)) : [import.meta.dirname];
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => /\.[jt]s$/.test(name));
    for (const name of files.sort()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
