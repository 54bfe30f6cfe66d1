/**
 * Bad input, in one table: what people mistype and what strangers send, by the kind of value that it stands for. Every
 * entry says how it is refused, or that it is allowed and harmless. test/e2e/bad-input drives all of it through the
 * API, the command line and the wire.
 *
 * Every refusal is a whole sentence that names what was wrong, the limit, and what to do.
 */
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };
import { COUNTED } from './counted.ts';
import { NAMED } from './named.ts';
import type { BadInput } from './row.ts';
import { WRITTEN } from './written.ts';

export type { BadInput } from './row.ts';

/** All tables, by kind of value. */
export const BAD_INPUTS = { ...WRITTEN, ...NAMED, ...COUNTED } satisfies Readonly<Record<string, readonly BadInput[]>>;

export type Kind = keyof typeof BAD_INPUTS;

/** Text that broke other programs. */
export const NAUGHTY: readonly string[] = naughty;
