/** Forms of what stands in requests and answers of members in several places. */
import { z } from 'zod';

const DOCUMENT = 'a document of protocol/wire.cddl in base64url, without padding';

/** What a member signed, as text. */
export const documentText = z
  .string(DOCUMENT)
  .regex(/^[A-Za-z0-9_-]{1,87400}$/, DOCUMENT)
  .describe(DOCUMENT);

const HASH = 'it should be 64 hex digits';
export const hashText = z.string(HASH).regex(/^[0-9a-f]{64}$/, HASH);
export const publicKeyText = z.string().regex(/^[0-9a-f]{64}$/);

/** An account or a trust line in a path. */
export const lineParams = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9A-HJ-NP-Za-km-z]{20,60}:[A-Za-z0-9_]{1,16}$/)
    .describe('PID of the neighbour, a colon, the equivalent'),
});
