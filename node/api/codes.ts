/**
 * The codes of all errors that the API gives, with their HTTP status. One closed table: a refusal or a failure that is
 * missing here does not compile. Texts for people are in words.ts.
 */
import type { RefusalCode } from '#protocol/refusals.ts';
import type { FailureCode } from '../failure.ts';
import type { NodeRefusalCode } from '../refusals.ts';

export type ErrorCode = RefusalCode | NodeRefusalCode | FailureCode;

interface CodeInfo {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 500 | 503 | 507;
  /** May the very same request succeed later, with nothing changed by the one who asks? */
  readonly retry: boolean;
}

const bad: CodeInfo = { status: 400, retry: false };
const forbidden: CodeInfo = { status: 403, retry: false };
const missing: CodeInfo = { status: 404, retry: false };
/** The state of this node or of another one does not allow it, until somebody changes that. */
const conflict: CodeInfo = { status: 409, retry: false };
/** The same, and it passes by itself. */
const busy: CodeInfo = { status: 409, retry: true };
const failed: CodeInfo = { status: 500, retry: false };
const unavailable: CodeInfo = { status: 503, retry: true };

/** Every code with its HTTP status and whether trying again makes sense. */
export const codes: Record<ErrorCode, CodeInfo> = {
  'bad-amount': bad,
  'bad-equivalent': bad,
  'bad-key': bad,
  'bad-pid': bad,
  'bad-words': bad,
  'bad-name': bad,
  'bad-address': bad,
  'bad-link': bad,
  'bad-memo': bad,
  'bad-receipt': bad,
  'bad-route': bad,
  'bad-time': bad,
  'bad-encoding': bad,

  'limit-below-debt': conflict,
  'no-account': missing,
  'to-self': bad,
  'unknown-transaction': missing,
  'id-reused': conflict,
  'bad-document': conflict,
  'too-many-neighbours': conflict,
  'not-held': conflict,
  'no-proposal': missing,
  'not-agreed': busy,
  'not-restored': conflict,

  'no-route': conflict,
  insufficient: conflict,
  'no-trust-line': conflict,
  'line-closed': conflict,
  'line-frozen': conflict,
  'not-intermediate': conflict,
  'daily-limit': busy,
  blocked: conflict,
  'neighbour-offline': busy,
  'neighbour-overdue': busy,
  'too-much-open': busy,
  expired: busy,
  'too-little-time': busy,
  'lifetime-too-long': conflict,
  'from-the-future': conflict,
  'already-paid': conflict,
  cancelled: busy,
  'node-restored': busy,
  'amounts-do-not-add-up': conflict,
  'let-go': busy,
  'nothing-to-clear': conflict,
  'no-auto-clearing': conflict,
  'account-unsure': busy,
  'too-old': busy,
  'below-smallest': conflict,
  'not-delegated': busy,
  'not-explained': conflict,

  'folder-in-use': failed,
  'folder-unreadable': failed,
  'disk-full': { status: 507, retry: false },
  'store-corrupt': failed,
  'store-newer': failed,
  'store-exists': conflict,
  'store-failed': failed,
  'config-invalid': failed,
  'port-in-use': failed,
  'node-unreachable': unavailable,
  'identity-missing': failed,
  'identity-exists': conflict,
  'identity-locked': failed,
  'identity-corrupt': failed,
  'backup-unusable': failed,
  'backup-damaged': failed,
  'backup-of-another': conflict,
  'backup-of-other-network': conflict,
  'node-moved': failed,
  stopped: unavailable,
  bug: failed,

  'bad-request': bad,
  'not-found': missing,
  'body-too-large': { status: 413, retry: false },
  'no-token': { status: 401, retry: false },
  'scope-missing': forbidden,
  'daily-cap': { status: 403, retry: true },
  'wrong-host': forbidden,
  'wrong-origin': forbidden,
  'unknown-contact': missing,
  'key-unknown': missing,
  'directory-off': conflict,
  'not-in-directory': { status: 404, retry: true },
  'alias-ambiguous': bad,
  'alias-taken': conflict,
  'look-alike': conflict,
  'too-many-contacts': conflict,
  'contact-in-use': conflict,
  'card-expired': conflict,
  'request-expired': conflict,
  'amount-needed': bad,
  'amount-fixed': bad,
  'no-receipt': missing,
  'unknown-token': missing,
  'token-exists': conflict,
  'unknown-session': missing,
  'unknown-backup': missing,
  'ui-not-built': conflict,
  'link-used': forbidden,
};

/** All codes, for schemas. */
export const errorCodes = Object.keys(codes) as [ErrorCode, ...ErrorCode[]];
