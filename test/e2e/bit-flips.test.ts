import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '#node/config.ts';
import { Failure } from '#node/failure.ts';
import { type Identity, readKeyFile } from '#node/identity/key-file.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { Records } from '#protocol/records.ts';
import { Random } from '#simulations/random.ts';
import { temporaryFolder } from '#test/support/store.ts';
import {
  clock,
  type Files,
  type MadeFolder,
  madeFolder,
  putFiles,
  recordsOfIntermediary,
  valuesIn,
} from '#test/support/store-folders.ts';

const FLIPS = 1_000;

/** Does what a node does at its start; what it found, or the failure. */
async function startOf(folder: string): Promise<{ identity: Identity; config: Config } | Failure> {
  let store: Store | null = null;
  try {
    const config = readConfig({ flags: { dataDir: folder }, environment: {} });
    const identity = await readKeyFile(folder, () => Promise.resolve(null));
    store = await openStore(folder, { clock });
    await store.load(new Records(identity.publicKey, config.network, store.read));
    await store.verify();
    return { identity, config };
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  } finally {
    await store?.close();
  }
}

/** The files with one bit flipped, by chance; two thirds of the time in what holds records. */
function flipped(
  files: Files,
  random: Random,
): { readonly name: string; readonly what: string; readonly files: Files } {
  const names = [...files].filter(([, content]) => content.length > 0).map(([name]) => name);
  const heavy = names.filter((name) => /\.(?:log|ldb)$/.test(name));
  const name = random.pick(random.permille(667) ? heavy : names);
  const content = Buffer.from(files.get(name) as Buffer);
  const bit = random.below(content.length * 8);
  content[bit >> 3] = (content[bit >> 3] as number) ^ (1 << (bit & 7));
  return { name, what: `bit ${bit} of ${name}`, files: new Map([...files, [name, content]]) };
}

async function flipMany(made: MadeFolder, flips: number, seed: number): Promise<Record<string, number>> {
  const random = new Random(seed, 3);
  const folder = temporaryFolder();
  putFiles(folder, made.files);
  const whole = await startOf(folder);
  if (whole instanceof Failure) throw whole;
  const counts: Record<string, number> = {};
  for (let flip = 0; flip < flips; flip++) {
    const { name, what, files } = flipped(made.files, random);
    putFiles(folder, files);
    const started = await startOf(folder);
    const kind = name.replace(/\d{6}/, 'N');
    if (started instanceof Failure) {
      counts[`${kind} noticed`] = (counts[`${kind} noticed`] ?? 0) + 1;
      expect([what, started.code]).toStrictEqual([what, expect.stringMatching(/^(?:store|identity|config|folder)-/)]);
      // Nothing was written over it: the watermark moves with every write that is on disk.
      expect([what, readFileSync(join(folder, 'store.watermark'))]).toStrictEqual([what, files.get('store.watermark')]);
      continue;
    }
    counts[`${kind} harmless`] = (counts[`${kind} harmless`] ?? 0) + 1;
    expect([what, started.identity]).toStrictEqual([what, whole.identity]);
    expect([what, await valuesIn(folder)]).toStrictEqual([what, made.values]);
    // Settings are the owner's own text, which nothing checks but their form: money does not depend on them.
    if (name !== 'config.toml') expect([what, started.config]).toStrictEqual([what, whole.config]);
  }
  return counts;
}

describe(`${FLIPS} flipped bits in all files of a data folder`, () => {
  it.each(['closed', 'killed'] as const)('of a node that was %s are noticed or change nothing', async (end) => {
    const made = await madeFolder(recordsOfIntermediary(12), end);
    const kinds = [...made.files.keys()].map((name) => name.replace(/\d{6}/, 'N'));
    expect(kinds).toEqual(expect.arrayContaining(['store/CURRENT', 'store/MANIFEST-N', 'store/N.ldb', 'store/N.log']));
    const counts = await flipMany(made, FLIPS / 2, 1);
    console.log(end, counts);
    const sum = (of: RegExp): number =>
      Object.entries(counts).reduce((total, [kind, count]) => total + (of.test(kind) ? count : 0), 0);
    expect(sum(/./)).toBe(FLIPS / 2);
    expect(sum(/(?:ldb|log) noticed/)).toBeGreaterThan(FLIPS / 4);
    expect(sum(/(?:watermark|CURRENT|MANIFEST).* noticed/)).toBeGreaterThan(10);
  });
});
