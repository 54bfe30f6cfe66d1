/** How a refusal, or whatever else went wrong in a request, is answered. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { excerpt } from '#protocol/excerpt.ts';
import { MAX_MEMBER_BODY_BYTES } from '../limits.ts';
import { refuse, STATUS, type WebRefusal, wordsOf } from './codes.ts';

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly facts: object };
}

export function errorOf(refusal: WebRefusal): ErrorBody {
  return { error: { code: refusal.refused, message: wordsOf(refusal), facts: refusal.facts } };
}

declare module 'fastify' {
  interface FastifyReply {
    /** The code that a request was refused with, for the figures. */
    refusedWith?: string;
  }
}

/** Answers with a refusal. */
export function sendRefusal(reply: FastifyReply, refusal: WebRefusal): FastifyReply {
  reply.refusedWith = refusal.refused;
  const status = STATUS[refusal.refused];
  if ('retryAfterS' in refusal.facts) reply.header('retry-after', String(refusal.facts.retryAfterS));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.status(status).send(errorOf(refusal));
}

/** What fastify says about a request that no route has seen; null: it is an error of ours. */
export function refusalOf(error: unknown, request: FastifyRequest): WebRefusal | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const where = (first?.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
    return refuse('bad-request', { where: excerpt(where), why: quoted(first?.message ?? 'it has another form') });
  }
  const { code, statusCode, message = '' } = error as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const length = request.headers['content-length'];
    const lengthBytes = length === undefined ? null : Number(length);
    return refuse('too-large', { limitBytes: MAX_MEMBER_BODY_BYTES, lengthBytes });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuse('bad-request', { where: 'content-type', why: 'only application/json is understood' });
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  return refuse('bad-request', { where: '', why: quoted(message) });
}

const LONGEST_QUOTE = 300;
/** What does not show, or acts on the text around it. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What a library says, in the middle of a sentence of ours. It may quote what came. */
function quoted(text: string): string {
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text.replace(/\.$/, '');
  return `${short.charAt(0).toLowerCase()}${short.slice(1)}`.replace(HIDDEN, '�');
}
