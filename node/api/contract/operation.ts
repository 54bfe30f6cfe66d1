/** What an operation of the API is. */
import type { z } from 'zod';
import type { scope } from '../schemas.ts';

/** What a token must allow for an operation. */
export type Scope = z.infer<typeof scope>;

/** One operation. Names of `params`, `query` and `body` never overlap, so that a client passes them as one object. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for each of `params`. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** What is answered with status 200. */
  readonly result: z.ZodType;
}
