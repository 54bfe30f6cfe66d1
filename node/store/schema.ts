/** The version of what is stored, and the steps from older ones. */
import type { Batch } from './database.ts';

export const SCHEMA_VERSION = 1;

/** `migrations[n − 1]` leads from version n to n + 1, in one batch. */
export const migrations: readonly ((batch: Batch) => void)[] = [];
