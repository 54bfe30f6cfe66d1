/**
 * "Can you call me?" (§7.6): a participant asks one that it is connected with to call it back, and so learns whether others
 * can call it at all. Not part of the link: on a stream of its own, before and without one.
 */
import { bool, decode, encode, list, record, uint } from './codec.ts';
import { MAX_DEPTH, MAX_DIAL_BACK_BYTES, MAX_LISTENERS } from './limits.ts';
import type { Refusal } from './refusals.ts';

/** Where a participant listens, at whatever host the other one sees it. */
export interface Listener {
  /** TCP, 1 … 65535. */
  readonly port: number;
  /** Spoken as WebSocket over it. */
  readonly isWebSocket: boolean;
}

/** The question: 1 … 4 ports. The host is that of the connection it comes over, never one that is named. */
export interface DialBack {
  readonly listeners: readonly Listener[];
}

/** The answer, in the order of the question: whether the asker itself, by its key, answered there. */
export interface DialBackAnswer {
  readonly reached: readonly boolean[];
}

export const dialBackShape = record<DialBack>({
  listeners: list(record<Listener>({ port: uint(65_535), isWebSocket: bool }), 1, MAX_LISTENERS),
});

export const dialBackAnswerShape = record<DialBackAnswer>({ reached: list(bool, 1, MAX_LISTENERS) });

/** The frame of a question. More than four ports are a bug of the caller. */
export function encodeDialBack(question: DialBack): Uint8Array {
  return encode(dialBackShape, question);
}

/** Strictly decodes a question (§1.1); `bad-encoding` says where it is none. Port 0 is for the reader to leave out. */
export function decodeDialBack(frame: Uint8Array): DialBack | Refusal<'bad-encoding'> {
  return decode(dialBackShape, frame, LIMITS);
}

/** The frame of an answer. */
export function encodeDialBackAnswer(answer: DialBackAnswer): Uint8Array {
  return encode(dialBackAnswerShape, answer);
}

/** Strictly decodes an answer (§1.1); whether it is as long as the question is for the reader to see. */
export function decodeDialBackAnswer(frame: Uint8Array): DialBackAnswer | Refusal<'bad-encoding'> {
  return decode(dialBackAnswerShape, frame, LIMITS);
}

const LIMITS = { maxBytes: MAX_DIAL_BACK_BYTES, maxDepth: MAX_DEPTH };
