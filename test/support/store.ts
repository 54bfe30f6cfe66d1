/** Folders and records for tests of the store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { MAX_TIME_MS } from '#protocol/limits.ts';
import { recordKey } from '#protocol/record-key.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { arbitraryRecord } from './arbitrary-records.ts';

/** A new folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'geo-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same records for the same seed, each under a key of its own. No announcement among them has ended. */
export function someRecords(count: number, seed: number): Map<string, DurableRecord> {
  const records = fc.sample(arbitraryRecord, { numRuns: count, seed }).filter(isKept).map(lasting);
  return new Map(records.map((record) => [recordKey(record), record]));
}

/** Of some records it is only kept that there is nothing. */
function isKept({ type }: DurableRecord): boolean {
  return type !== 'forgotten-announcement';
}

function lasting(record: DurableRecord): DurableRecord {
  if (record.type !== 'announcement') return record;
  const announcement = { ...record.signed.announcement, active: true, expiresAtMs: MAX_TIME_MS };
  return { ...record, signed: { ...record.signed, announcement } };
}
