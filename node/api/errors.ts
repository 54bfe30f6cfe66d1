/** How everything that can go wrong in a request looks to the one who made it. */
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { Failure } from '../failure.ts';
import { type AnyRefusal, refuseHere } from '../refusals.ts';
import { codes } from './codes.ts';
import type { errorBody } from './schemas.ts';
import { plainFacts, type Showing, tellerOf } from './views.ts';
import { explain } from './words.ts';

type ErrorBody = z.output<typeof errorBody>;
type Facts = ErrorBody['error']['facts'];

/** An answer outside of 2xx. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
}

/** A refusal, in words with the names that people have here. */
export function refusalAnswer(context: Showing, refusal: AnyRefusal, equivalent: string | null = null): ErrorAnswer {
  const { code } = refusal;
  const about = { equivalent: 'equivalent' in refusal ? refusal.equivalent : equivalent, hop: null };
  return answer(code, explain(refusal, about, tellerOf(context)), plainFacts(refusal));
}

/** Whatever was thrown. What is neither a failure nor the fault of the one who asked is a bug, and told without details. */
export function errorAnswer(context: Showing, error: unknown): ErrorAnswer {
  if (error instanceof Failure) {
    const { code, message, hint } = error;
    return answer(code, hint === null ? message : `${message} ${hint}`, {});
  }
  const refusal = requestRefusal(error);
  if (refusal !== null) return refusalAnswer(context, refusal);
  return answer('bug', 'The node met an error of its own; its log says which. Nothing is known to be changed.', {});
}

/** What fastify says about a request that no operation has seen; null when it is something else. */
function requestRefusal(error: unknown): AnyRefusal | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const where = (first?.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
    return refuseHere('bad-request', { where: quoted(where), why: quoted(first?.message ?? 'it has another form') });
  }
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refuseHere('body-too-large', { limitBytes: MAX_BODY_BYTES });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuseHere('bad-request', { where: 'content-type', why: 'only application/json is understood' });
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  return refuseHere('bad-request', { where: '', why: quoted(message ?? 'it has another form') });
}

/** Holds the longest receipt with room to spare. */
export const MAX_BODY_BYTES = 262_144;

function answer(code: ErrorBody['error']['code'], message: string, facts: Facts): ErrorAnswer {
  const { status, retry } = codes[code];
  return { status, body: { error: { code, message, facts, retry } } };
}

const LONGEST_QUOTE = 300;
/** What does not show, or acts on the text around it. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What a library says in the middle of a sentence of ours. It may quote what came: any key of any length. */
function quoted(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text.replace(/\.$/, '');
  return `${shown.charAt(0).toLowerCase()}${shown.slice(1)}`.replace(
    HIDDEN,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}
