/** The version of what is stored, and the steps from older ones. */
import type { DurableRecord } from '#protocol/records.ts';
import { Failure } from '../failure.ts';
import { corrupt } from './failures.ts';
import { type Read, toVersion2 } from './upgrade.ts';
import { decodeValue } from './value.ts';

export const SCHEMA_KEY = 'meta/schema';
export const SCHEMA_VERSION = 2;

/** `migrations[n − 1]` leads from version n to n + 1: the records that change, which are written in one batch. */
export const migrations: readonly ((read: Read) => Promise<readonly DurableRecord[]>)[] = [toVersion2];

/** The version that a database says it has. Throws `store-corrupt`, and `store-newer` for one that is not known here. */
export function versionOf(value: Uint8Array | undefined, location: string): number {
  const version = value === undefined ? 0 : decodeValue(value);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw corrupt(`${location} does not say its version`);
  }
  if (version > SCHEMA_VERSION) {
    throw new Failure(
      'store-newer',
      `The records in ${location} have version ${version}; this program knows up to ${SCHEMA_VERSION}.`,
      { hint: 'Install the later version of GEO that wrote them. Nothing was changed.' },
    );
  }
  return version;
}
