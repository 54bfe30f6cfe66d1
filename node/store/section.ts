/** A part of the database that is used as if it were one: the records of one of many participants in a process. */
import type { Batch, Database } from './database.ts';

/** What a store needs of where it keeps its values. */
export type Values = Pick<
  Database,
  'count' | 'hadWholeLogs' | 'get' | 'entries' | 'entriesAtOnce' | 'keysBackwards' | 'write' | 'verify' | 'close'
>;

/** Keys of a section: `in/`, its name, and the key there. */
const SECTIONS = 'in/';

/**
 * The section with this name (ASCII without `/`). It is opened and checked with its database, so it neither verifies nor
 * closes anything itself.
 */
export function sectionOf(database: Values, name: string): Values {
  const prefix = `${SECTIONS}${name}/`;
  const inside = (batch: Batch): Batch => ({
    put: (key, value) => batch.put(prefix + key, value),
    delete: (key) => batch.delete(prefix + key),
  });
  async function* shortened<T extends readonly [string, unknown]>(entries: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const [key, value] of entries) yield [key.slice(prefix.length), value] as unknown as T;
  }
  return {
    // The whole database was counted and verified when it was opened.
    count: 0,
    hadWholeLogs: database.hadWholeLogs,
    get: (key) => database.get(prefix + key),
    entries: (start) => shortened(database.entries(prefix + start)),
    entriesAtOnce: (starts) => shortened(database.entriesAtOnce(starts.map((start) => prefix + start))),
    async *keysBackwards(start, before) {
      for await (const key of database.keysBackwards(prefix + start, before)) yield key.slice(prefix.length);
    },
    write: ({ sync }, build) => database.write({ sync, part: name }, (batch) => build(inside(batch))),
    verify: async () => ({ values: 0 }),
    close: async () => undefined,
  };
}

/** The names of all sections that hold anything, the last first. Takes a step for each, whatever is in it. */
export async function sectionNames(database: Pick<Values, 'keysBackwards'>): Promise<string[]> {
  const names: string[] = [];
  for (let before = '\x7f'; ; ) {
    const [key] = await firstOf(database.keysBackwards(SECTIONS, before));
    if (key === undefined) return names;
    const [name = ''] = key.slice(SECTIONS.length).split('/', 1);
    names.push(name);
    before = `${name}/`;
  }
}

async function firstOf(keys: AsyncIterable<string>): Promise<string[]> {
  for await (const key of keys) return [key];
  return [];
}
