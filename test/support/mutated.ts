import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One replacement in one file; `find` must occur exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const ROOT = join(import.meta.dirname, '../..');
/** The core and what simulates it. */
const SIMULATED = ['protocol', 'simulations', 'node/identity', 'package.json'];
/** All that `geo` runs. */
export const WHOLE_PROGRAM = ['bin', 'protocol', 'node', 'hub-indexer', 'package.json'];

/** A copy of some parts of the source, with patches in it, in a new folder. The caller removes it. */
export function mutatedCopy(patches: readonly Patch[], parts: readonly string[] = SIMULATED): string {
  const folder = mkdtempSync(join(tmpdir(), 'geo-mutant-'));
  for (const part of parts) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of patches) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1) throw new Error(`${file} has the patched text ${found} times, not once:\n${find}`);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
  }
  return folder;
}
