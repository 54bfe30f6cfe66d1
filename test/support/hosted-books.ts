/** Small networks whose participants are all hosted in one place, and their books as they are or with one of them changed. */
import { expect } from 'vitest';
import { checkAll } from '#hub-indexer/integrity/checks.ts';
import type { Violation } from '#hub-indexer/integrity/violation.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import type { Backup } from './machine.ts';
import type { Network } from './network.ts';
import { key, NETWORK, nameOf, verify } from './packets.ts';

/** Of these participants, as they are. */
export function booksOf(net: Network, names: string): readonly Records[] {
  return [...names].map((name) => net.machine(name).records);
}

/** Read from a disk, each record as `change` makes it; null: it is not there. */
export function readBooks(
  name: string,
  disk: Backup,
  change: (record: DurableRecord) => DurableRecord | null = (record) => record,
): Records {
  const records = new Records(key(name), NETWORK);
  for (const record of disk.values()) {
    const changed = change(record);
    if (changed !== null) records.apply(changed);
  }
  return records;
}

/** What is wrong, each as `INV-MIRROR AB`, in the order of these texts. */
export function wrongIn(books: readonly Records[]): readonly string[] {
  return checkAll(books, verify).map(inShort).sort();
}

export function inShort({ invariant, participants }: Violation): string {
  return `${invariant} ${participants.map(nameOf).sort().join('')}`.trim();
}

/** Delivers everything that is in flight, oldest first, and checks the books of `names` after each step of anybody. */
export function runChecked(net: Network, names: string): number {
  let steps = 0;
  for (;;) {
    const found = checkAll(booksOf(net, names), verify);
    if (found.length > 0) expect.fail(`a false alarm: ${JSON.stringify(found)}\n${net.story}`);
    const [next] = net.inFlight;
    if (next === undefined) return steps;
    net.deliver(next);
    steps++;
  }
}
