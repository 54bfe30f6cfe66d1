/** The whole ledger of the participant, as it is exported (§13.6), over HTTP while the node goes on. */
import { Readable } from 'node:stream';
import { exportLedger } from '../export/write.ts';
import type { ParticipantContext } from './context.ts';

/** Records are short, and each chunk costs a call. */
const CHUNK_CHARACTERS = 65_536;

/** The bytes of the file. A node that stops breaks off. */
export function ledgerStream({ store, identity, config, clock, driver, stopping }: ParticipantContext): Readable {
  const { restoredAtMs } = driver.records.node;
  const holder = { participant: identity.publicKey, network: config.network, nowMs: clock.nowMs(), restoredAtMs };
  const stream = Readable.from(inChunks(exportLedger(store, holder)), { objectMode: false });
  const stop = (): void => void stream.destroy(new Error('the node stops'));
  stopping.addEventListener('abort', stop);
  stream.once('close', () => stopping.removeEventListener('abort', stop));
  return stream;
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
