/**
 * Writes a store as this version of the program leaves it in mid-payment, for tests that later versions open it:
 * `npm run -s fixture:store > test/fixtures/store-N.json`, N the version of the schema. Made once for
 * each version, before it is left behind, and never changed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordsOfIntermediary, writeFolder } from './store-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-fixture-'));
const files = await writeFolder(folder, recordsOfIntermediary(4), 'closed');
const kept = [...files].filter(([name]) =>
  /^store\.watermark$|^store\/(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|log))$/.test(name),
);
console.log(
  JSON.stringify(Object.fromEntries(kept.map(([name, content]) => [name, content.toString('base64')])), null, 1),
);
rmSync(folder, { recursive: true });
