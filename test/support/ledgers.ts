/** Exported ledgers of machines that were run by hand, and their check. */
import { createHash } from 'node:crypto';
import { type LedgerRecord, ledgerLine, parseLedgerLine } from '#node/export/format.ts';
import { type Verification, verifyFiles } from '#node/export/verify-files.ts';
import { exportLedger, type Holder } from '#node/export/write.ts';
import type { Store } from '#node/store/store.ts';
import { recordKey } from '#protocol/record-key.ts';
import type { DurableRecord } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import type { Network } from './network.ts';
import { key, NETWORK, verify } from './packets.ts';

/** The file that a participant would export now. */
export function ledgerOf(network: Network, name: string): Promise<string> {
  const { records } = network.machine(name);
  const holder = { participant: key(name), network: NETWORK, nowMs: network.nowMs };
  return exported(network.machine(name).backup().values(), { ...holder, restoredAtMs: records.node.restoredAtMs });
}

/** The file that these records make. */
export async function exported(disk: Iterable<DurableRecord>, holder: Holder): Promise<string> {
  let text = '';
  for await (const line of exportLedger(storeOf([...disk]), holder)) text += line;
  return text;
}

/** As the store gives records: in the order of keys. */
function storeOf(disk: readonly DurableRecord[]): Pick<Store, 'entriesAtOnce'> {
  const sorted = disk.map((record) => ({ key: recordKey(record), record })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    async *entriesAtOnce(prefixes) {
      for (const prefix of prefixes) for (const { key, record } of sorted) if (key.startsWith(prefix)) yield record;
    },
  };
}

/** Its records, without the one that ends it. */
export function recordsOf(ledger: string): LedgerRecord[] {
  return ledger
    .trimEnd()
    .split('\n')
    .map(parseLedgerLine)
    .filter((record): record is LedgerRecord => {
      if ('flaw' in record) throw new Error(record.flaw);
      return record.type !== 'end';
    });
}

/** A file with the right count and checksum for these lines. */
export function sealedLedger(lines: readonly string[]): string {
  const text = lines.join('');
  const sha256 = createHash('sha256').update(text).digest('hex');
  return text + ledgerLine({ type: 'end', records: lines.length, sha256 });
}

/** Checks files with these contents together; the signatures are those of packets.ts. */
export function checkFiles(...contents: readonly (string | Uint8Array)[]): Promise<Verification> {
  return checkFilesWith(verify, ...contents);
}

/** The same with other signatures. */
export function checkFilesWith(
  verifySignature: Verify,
  ...contents: readonly (string | Uint8Array)[]
): Promise<Verification> {
  const files = contents.map((content, at) => {
    const bytes = Buffer.from(content as string);
    return {
      name: `file ${at}`,
      start: bytes.subarray(0, 1),
      async *open() {
        yield bytes;
      },
    };
  });
  return verifyFiles(files, verifySignature);
}

/** What was found, in short: `problem over-limit account with …`. */
export function short({ findings }: Verification): string[] {
  return findings.map(({ kind, code, record, why }) => `${kind} ${code}: ${record}: ${why}`);
}
