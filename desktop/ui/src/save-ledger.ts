/** The whole ledger as a file: all accounts and payments with their signatures. */
import { readLedger } from './api.ts';
import { saveFile } from './files.ts';

/** Throws `AskError`. */
export async function saveLedger(): Promise<void> {
  saveFile('geo-ledger.ndjson', [await readLedger()], 'application/x-ndjson');
}
