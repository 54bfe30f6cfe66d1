/** Reads exported ledgers line by line, in memory that does not grow with the file. */
import { createHash } from 'node:crypto';
import { LEDGER_TYPES, type LedgerRecord, MAX_LINE_BYTES, parseLedgerLine } from './format.ts';

/** One line of the file: a record, or what is wrong with it. After a flaw nothing more is read. */
export type LedgerLine =
  | { readonly line: number; readonly record: LedgerRecord }
  | { readonly line: number; readonly flaw: string };

const LINE_END = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The records of a file with the numbers of their lines. What is checked here is that the file is whole and as it was
 * written: each line has its form, `ledger` comes first and `end` last, types and keys stand in order, and count and
 * checksum are those of `end`. The first flaw ends it.
 */
export async function* readLedger(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LedgerLine> {
  const order = new Order();
  const hash = createHash('sha256');
  let line = 0;
  for await (const bytes of linesOf(chunks)) {
    line++;
    const parsed = bytes === null ? { flaw: `a line has more than ${MAX_LINE_BYTES} bytes` } : parse(bytes);
    const flaw =
      'flaw' in parsed
        ? parsed.flaw
        : (order.flaw(parsed) ?? (parsed.type === 'end' ? endFlaw(parsed, line, hash) : null));
    if (flaw !== null) {
      yield { line, flaw };
      return;
    }
    hash.update(bytes as Uint8Array);
    yield { line, record: parsed as LedgerRecord };
  }
  if (!order.isAtEnd) yield { line: line + 1, flaw: 'the file ends before its last record: it was cut off' };
}

function endFlaw(
  { records, sha256 }: Extract<LedgerRecord, { type: 'end' }>,
  line: number,
  hash: ReturnType<typeof createHash>,
): string | null {
  if (records !== line - 1) return `${line - 1} records stand before the end, which says ${records}`;
  // Of what was read so far; the line of `end` itself is not in it.
  return hash.copy().digest('hex') === sha256
    ? null
    : 'the file was changed after it was written: its checksum differs';
}

function parse(bytes: Uint8Array): LedgerRecord | { readonly flaw: string } {
  if (bytes.at(-1) !== LINE_END) return { flaw: 'the line has no end: the file was cut off or changed' };
  let text: string;
  try {
    text = utf8.decode(bytes.subarray(0, -1));
  } catch {
    return { flaw: 'it is not UTF-8 text' };
  }
  return parseLedgerLine(text);
}

/** Lines with their ends; null, and then nothing, for one that is too long. What follows the last end is a line too. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | null> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, from)) {
      const piece = chunk.subarray(from, at + 1);
      if (restBytes + piece.length > MAX_LINE_BYTES) return yield null;
      yield restBytes === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      restBytes = 0;
      from = at + 1;
    }
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > MAX_LINE_BYTES) return yield null;
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

/** Whether records come in the order of the format. */
class Order {
  #type = -1;
  #key = '';
  isAtEnd = false;

  flaw(record: LedgerRecord): string | null {
    const type = LEDGER_TYPES.indexOf(record.type);
    if (this.isAtEnd) return 'something follows the end';
    if (this.#type === -1 && record.type !== 'ledger') return 'it does not begin with the head of a ledger';
    const key = keyOf(record);
    if (type < this.#type || (type === this.#type && key <= this.#key)) {
      return `${record.type} ${key} stands twice or out of order`;
    }
    this.#type = type;
    this.#key = key;
    this.isAtEnd = record.type === 'end';
    return null;
  }
}

/** Numbers in keys are in order as texts are. */
const inDigits = (number: number) => String(number).padStart(15, '0');

/** What names a record among those of its type (§8.1). */
function keyOf(record: LedgerRecord): string {
  switch (record.type) {
    case 'ledger':
    case 'end':
      return '';
    case 'account':
      return `${record.neighbour}/${record.equivalent}`;
    case 'line': {
      const { from, to, equivalent } = record.signed.line;
      return `${from}/${to}/${equivalent}`;
    }
    case 'past-checkpoint': {
      const { equivalent, epoch } = record.signed.checkpoint;
      return `${record.neighbour}/${equivalent}/${inDigits(epoch)}`;
    }
    case 'checkpoint':
      return `${record.neighbour}/${record.equivalent}`;
    case 'entry':
      return `${record.neighbour}/${record.equivalent}/${inDigits(record.number)}`;
    case 'evidence':
      return record.id;
    case 'payment':
      return record.paymentId;
    case 'transaction':
      return record.txId;
  }
}
