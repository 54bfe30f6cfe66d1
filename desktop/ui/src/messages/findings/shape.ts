/**
 * What a language has to say about everything that a node can find when it looks for the usual troubles. The codes are
 * those of the API: one that a language says nothing about does not compile.
 */
import type { Result } from '#node/api/contract.ts';
import type { Counted } from '../refusals/shape.ts';

export type FindingCode = Result<'diagnose'>['findings'][number]['code'];

/** Whole sentences: what was found, and what to do. `{failure}` is what the refusals say of a failure. */
export type FindingMessages = Readonly<Record<FindingCode, string | Counted>>;
