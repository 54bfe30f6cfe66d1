/** Puts the folders of all shards of a study together. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './identity.ts';
import { BadFolder, difference, Store } from './store.ts';

/** Writes what one run of all points gives. Throws `BadFolder` when shards are missing, foreign or contradict each other. */
export function mergeFolders(folders: readonly string[], out: string): Store {
  const parts = folders.map((folder) => Store.read(folder));
  const [first] = parts;
  if (first === undefined) throw new BadFolder(out, 'nothing is to be put together');
  const whole: Manifest = { ...first.manifest, shard: null };
  const rows = new Map<number, { readonly text: string; readonly folder: string }>();
  for (const part of parts) {
    const why = difference({ ...part.manifest, shard: null }, whole);
    if (why !== null) throw new BadFolder(part.folder, `does not belong to ${first.folder}: it ${why}`);
    if (part.manifest.shard?.count !== first.manifest.shard?.count)
      throw new BadFolder(
        part.folder,
        `is ${named(part.manifest)}, ${first.folder} is ${named(first.manifest)}: use one division`,
      );
    const [missing] = part.missing();
    if (missing !== undefined)
      throw new BadFolder(part.folder, `has no row for point ${missing} yet: run it to its end`);
    for (const [point, row] of part.rows()) {
      const text = JSON.stringify(row);
      const before = rows.get(point);
      if (before !== undefined && before.text !== text)
        throw new BadFolder(
          part.folder,
          `contradicts ${before.folder} in point ${point}: one of the two ran something else`,
        );
      rows.set(point, { text, folder: part.folder });
    }
  }
  for (let point = 0; point < whole.points; point++) {
    if (rows.has(point)) continue;
    const count = first.manifest.shard?.count ?? 1;
    throw new BadFolder(out, `shard ${point % count} of ${count} is missing: name its folder too`);
  }
  if (existsSync(join(out, 'study.json')))
    throw new BadFolder(out, 'holds a study already: give another folder with --out');
  const store = Store.open(out, whole);
  for (const part of parts)
    for (const [point, row] of part.rows()) if (!store.rows().has(point)) store.add(point, row, null);
  return store;
}

function named({ shard }: Manifest): string {
  return shard === null ? 'a whole study' : `shard ${shard.index} of ${shard.count}`;
}
