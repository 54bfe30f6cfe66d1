/** Which refusals of a hub, and of the browser, pass by themselves. */
import { AskError } from '../ask-error.ts';

/** They say nothing of what was asked: it is worth while to ask again. */
const PASSING: ReadonlySet<string> = new Set([
  'unreachable',
  'too-often',
  'signature-stale',
  'token-expired',
  'failed',
  'stopped',
  'nothing-kept',
]);

/** May the same be asked again later? */
export const isPassing = (error: unknown): boolean => error instanceof AskError && PASSING.has(error.code);
