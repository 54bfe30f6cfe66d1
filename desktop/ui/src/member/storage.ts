/** What the browser of a member keeps: one database of IndexedDB. Whatever is set is on disk when that resolves. */
import { AskError } from '../ask-error.ts';
import type { Kept } from './hub.ts';
import type { Shelf } from './sealed-kept.ts';

const NAME = 'geo-member';
/** By name: attempts, what waits to be sent, the last state; all sealed but what was kept before there was a key. */
const TEXTS = 'texts';
/** Values that are no texts: keys of the browser cannot be written out. */
const VALUES = 'values';

let opened: Promise<IDBDatabase> | null = null;

/** The browser closes a database by itself, too; then it is opened anew. */
function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.addEventListener('upgradeneeded', () => {
      asked.result.createObjectStore(TEXTS);
      asked.result.createObjectStore(VALUES);
    });
    asked.addEventListener('success', () => {
      const db = asked.result;
      db.addEventListener('close', () => {
        opened = null;
      });
      db.addEventListener('versionchange', ({ newVersion }) => {
        db.close();
        opened = newVersion === null ? NEVER : null;
        // Another window forgets all of it: nothing of what this one knows may come back.
        if (newVersion === null) location.reload();
      });
      resolve(db);
    });
    asked.addEventListener('error', () => reject(asked.error ?? new Error('the browser keeps nothing')));
  });
  return opened;
}

/** Once all is forgotten, until the page is there anew. */
const NEVER = new Promise<IDBDatabase>(() => undefined);

/** With a database that is closed, or does not open, it is tried once more. Throws `AskError`. */
async function withDatabase<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
  const asked = database();
  try {
    return await work(await asked);
  } catch {
    if (opened === asked) opened = null;
  }
  const again = database();
  try {
    return await work(await again);
  } catch (cause) {
    if (opened === again) opened = null;
    throw new AskError('nothing-kept', String(cause));
  }
}

function read<T>(store: string, work: (from: IDBObjectStore) => IDBRequest): Promise<T> {
  return withDatabase(
    (db) =>
      new Promise((resolve, reject) => {
        const asked = work(db.transaction(store, 'readonly').objectStore(store));
        asked.addEventListener('success', () => resolve(asked.result as T));
        asked.addEventListener('error', () =>
          reject(asked.error ?? new Error('the browser does not say what it keeps')),
        );
      }),
  );
}

function write(store: string, work: (to: IDBObjectStore) => void): Promise<void> {
  return withDatabase(
    (db) =>
      new Promise((resolve, reject) => {
        const transaction = db.transaction(store, 'readwrite', { durability: 'strict' });
        transaction.addEventListener('complete', () => resolve());
        transaction.addEventListener('abort', () =>
          reject(transaction.error ?? new Error('the browser did not keep it')),
        );
        work(transaction.objectStore(store));
      }),
  );
}

/** Where texts are kept as they are given: sealed, or written out by an earlier version. */
export const browserShelf: Shelf = {
  get: (name) => read(TEXTS, (from) => from.get(name)),
  set: (name, value) => write(TEXTS, (to) => to.put(value, name)),
  delete: (name) => write(TEXTS, (to) => to.delete(name)),
  names: (prefix) => read<string[]>(TEXTS, (from) => from.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
  replace: (name, was, value) =>
    write(TEXTS, (to) => {
      const asked = to.get(name);
      asked.addEventListener('success', () => asked.result === was && to.put(value, name));
    }),
};

/** What may be read by whoever has this browser: there is no key yet. */
export const browserKept: Kept = {
  async get(name) {
    const text = await browserShelf.get(name);
    return typeof text === 'string' ? text : null;
  },
  set: (name, value) => browserShelf.set(name, value),
  delete: (name) => browserShelf.delete(name),
  names: (prefix) => browserShelf.names(prefix),
};

/** A value by its name; undefined: there is none. */
export function readValue<T>(name: string): Promise<T | undefined> {
  return read(VALUES, (from) => from.get(name));
}

/** Keeps a value. */
export function writeValue(name: string, value: unknown): Promise<void> {
  return write(VALUES, (to) => to.put(value, name));
}

/** Forgets everything. */
export async function forgetAll(): Promise<void> {
  await database().then(
    (db) => db.close(),
    () => undefined,
  );
  opened = NEVER;
  await new Promise<void>((resolve, reject) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.addEventListener('success', () => resolve());
    asked.addEventListener('error', () => reject(asked.error ?? new Error('the browser does not forget')));
  });
}
