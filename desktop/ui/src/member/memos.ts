/**
 * What payments were for. Of those to the member it is sealed so that only its key can read it, so it is read here, from the
 * receipts; of its own, which are sealed for others, this browser remembers it.
 */
import type { Result } from '#node/api/contract.ts';
import { decode } from '#protocol/codec.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from '#protocol/limits.ts';
import { certificateShape } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { AskError } from '../ask-error.ts';
import type { Hub, Kept } from './hub.ts';

type Entry = Result<'getHistory'>['entries'][number];

const PREFIX = 'geo-memo-';
/** So many receipts are asked for at a time. */
const MOST_ASKED = 10;

export class Memos {
  readonly #hub: Hub;
  readonly #kept: Kept;
  readonly #open: (sealed: Uint8Array) => string | null;
  /** By transaction, and own ones by payment; the empty text: there is none, or it cannot be read. */
  readonly #texts = new Map<string, string>();
  readonly #wanted = new Set<string>();

  /** `open` reads what was sealed to the member. */
  constructor(hub: Hub, kept: Kept, open: (sealed: Uint8Array) => string | null) {
    this.#hub = hub;
    this.#kept = kept;
    this.#open = open;
  }

  async open(): Promise<void> {
    const names = await this.#kept.names(PREFIX);
    for (const name of names) this.#texts.set(name.slice(PREFIX.length), (await this.#kept.get(name)) ?? '');
  }

  /** Remembers what an own payment is for. */
  async keep(paymentId: string, text: string): Promise<void> {
    if (text === '') return;
    this.#texts.set(paymentId, text);
    await this.#kept.set(`${PREFIX}${paymentId}`, text);
  }

  /** Entries with their memos; what was not read yet is remembered for `learn`. */
  fill(entries: readonly Entry[]): Entry[] {
    return entries.map((entry) => {
      const { role, state, kind, txId, memo, paymentId } = entry;
      if (role === 'payer') return { ...entry, memo: memo ?? this.#texts.get(paymentId) ?? null };
      if (role !== 'receiver' || state !== 'COMMITTED' || kind !== 'pay' || txId === null || memo !== null)
        return entry;
      const text = this.#texts.get(txId);
      if (text === undefined) this.#wanted.add(txId);
      return { ...entry, memo: text === undefined || text === '' ? null : text };
    });
  }

  /** Reads what it did not know. True: there are new ones. */
  async learn(): Promise<boolean> {
    let isNew = false;
    for (const txId of [...this.#wanted].slice(0, MOST_ASKED)) {
      const text = await this.#read(txId);
      this.#wanted.delete(txId);
      this.#texts.set(txId, text);
      await this.#kept.set(`${PREFIX}${txId}`, text);
      isNew ||= text !== '';
    }
    return isNew;
  }

  async #read(txId: string): Promise<string> {
    try {
      const { base64 } = await this.#hub.read<Result<'getReceipt'>>('GET', `/payments/${txId}/receipt`);
      const certificate = decode(certificateShape, bytesOf(base64), { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
      if (isRefusal(certificate) || certificate.txId !== txId || certificate.header.sealedMemo === null) return '';
      return this.#open(certificate.header.sealedMemo) ?? '';
    } catch (error) {
      if (error instanceof AskError && error.code !== 'unreachable' && error.code !== 'too-often') return '';
      throw error;
    }
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
