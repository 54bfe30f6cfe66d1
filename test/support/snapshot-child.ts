/**
 * A process that writes snapshots of an index again and again, for tests that kill it: `snapshot-child.ts FOLDER`.
 *
 * Each is of one line more than the one before. Says on standard output how many lines once a snapshot is on disk.
 */
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { Snapshots } from '#hub-indexer/index/snapshot.ts';
import { starLine } from './star.ts';

/** Enough for many pieces. */
const LINES = 30_000;

const [folder] = process.argv.slice(2) as [string];
const { snapshots, found } = await Snapshots.open(folder, 'geo-test');
const index = new MapIndex(new Uint8Array(8));
if (found !== 'none' && 'parts' in found) for (const part of found.parts) index.load(part);
while (index.lineCount < LINES) index.set(starLine(index.lineCount), true);
for (;;) {
  index.set(starLine(index.lineCount), true);
  const count = index.lineCount;
  await snapshots.write({ writtenAtMs: count, parts: index.images() });
  process.stdout.write(`${count}\n`);
}
