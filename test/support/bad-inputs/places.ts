/** Where the bad input of table.ts is put: every field of every operation of the API, and every command line. */
import type { OperationName } from '#node/api/contract.ts';
import type { Kind } from './table.ts';

/** A field: which kinds of value are bad there, and a good one. */
class Field {
  readonly kinds: readonly Kind[];
  readonly good: unknown;

  constructor(kinds: readonly Kind[], good: unknown) {
    this.kinds = kinds;
    this.good = good;
  }
}

const at = (good: unknown, ...kinds: readonly Kind[]): Field => new Field(kinds, good);

/** A good payment request; put in by the test. */
export const INVOICE = 'INVOICE';
const NOBODY = '0b'.repeat(32);
const ADDRESS = '/ip4/192.0.2.1/tcp/4610';
const IN_2100_MS = 4_102_444_800_000;
const KNOWN_PAGE = `${'0'.repeat(16)}/payment/${NOBODY}`;

const who = at('Bob', 'who', 'person');
const other = at('Bob', 'who', 'person', 'other');
const equivalent = at('UAH', 'equivalent');
const amount = at('1', 'amount');
const fineLimit = at('1', 'fineLimit');
const number = at(0, 'number');
const flag = at(true, 'flag');
const expiresAtMs = at(IN_2100_MS, 'instant');
const txId = at(NOBODY, 'hexId');
const addresses = [at(ADDRESS, 'address')];

/** Each operation with all of its fields. A request with the good values alone need not succeed. */
export const OPERATIONS: Readonly<Record<OperationName, object>> = {
  getStatus: {},
  stop: {},
  getId: {},
  makeCard: { suggestedLimit: { equivalent, amount }, expiresAtMs },
  listPeers: {},
  connectPeer: { who: other, addresses, waitMs: number },
  listContacts: {},
  putContact: {
    who: other,
    alias: at('Robert', 'name', 'alias'),
    addresses,
    verified: at(false, 'flag'),
    allowLookAlike: at(false, 'flag'),
    waitMs: number,
  },
  getNetwork: {},
  getNeighbourhood: { equivalent, hops: at(1, 'count'), limit: at(1, 'count') },
  findParticipant: { who, waitMs: number },
  removeContact: { who },
  listTrustLines: { equivalent },
  setTrustLine: {
    who: other,
    equivalent,
    limit: at('5', 'limit'),
    status: at('active', 'choice'),
    policy: {
      canBeIntermediate: flag,
      autoClearing: flag,
      dailyLimit: at('5', 'limit'),
      announce: flag,
      blocked: [other],
    },
    waitMs: number,
  },
  closeTrustLine: { who, equivalent, waitMs: number },
  getBalance: { equivalent },
  getTopology: { equivalent, limit: at(1, 'count') },
  pay: { to: other, equivalent, amount, id: at('an id', 'newId'), memo: at('', 'memo'), waitMs: number },
  getPayment: { id: at(NOBODY, 'paymentId') },
  quotePayment: { to: who, equivalent, most: amount, waitMs: number },
  previewPayment: { to: other, equivalent, amount },
  getReceipt: { id: at(NOBODY, 'paymentId') },
  verifyReceipt: { base64: at('AAAA', 'base64') },
  makeRequest: { equivalent, amount, memo: at('', 'memo'), expiresAtMs },
  readRequest: { link: at(INVOICE, 'link', 'scanned') },
  payRequest: { link: at(INVOICE, 'link', 'scanned'), amount, waitMs: number },
  getHistory: { before: at(KNOWN_PAGE, 'cursor'), limit: at(1, 'count') },
  listHeld: { equivalent, limit: at(1, 'count') },
  listOpenTransactions: { limit: at(1, 'count') },
  getTransaction: { txId },
  resolveTransaction: { txId },
  letGo: { txId, routeIndex: number, position: number },
  getDust: {},
  setDust: { smallest: fineLimit, letGoUpTo: fineLimit, budget: fineLimit },
  getClearing: {},
  seekRings: { equivalent, waitMs: number },
  answerProposal: { id: at('0b'.repeat(16), 'proposalId'), agrees: flag },
  listTokens: {},
  makeToken: {
    name: at('program', 'name'),
    scope: at('pay', 'choice'),
    dailyCaps: [{ equivalent, amount }],
    expiresAtMs,
  },
  revokeToken: { name: at('program', 'tokenName') },
  diagnose: {},
  makeBackup: {},
  listBackups: {},
  readBackup: { name: at('geo-20260101T000000000Z.backup', 'backupName') },
  verifyBackup: { name: at('geo-20260101T000000000Z.backup', 'backupName') },
  getRestoration: {},
  confirmRestored: { regardless: flag },
  makeUiLink: {},
  listPageSessions: {},
  endPageSession: { id: at('0b'.repeat(8), 'sessionId') },
  getSettings: {},
  changeSettings: { name: at('Alice', 'name'), clearing: at('always', 'choice'), announce: at('ask', 'choice') },
};

/** One field of one operation, and the request with something else in its place. */
export interface Place {
  readonly operation: OperationName;
  /** Such as `policy.blocked`. */
  readonly path: string;
  readonly kinds: readonly Kind[];
  inputWith(bad: unknown): Readonly<Record<string, unknown>>;
}

/** All fields, in the order of the table. */
export function placesOf(operation: OperationName): readonly Place[] {
  const template = OPERATIONS[operation];
  const places: Place[] = [];
  walk(template, [], (keys, { kinds }) => {
    const path = keys.filter((key) => key !== '0').join('.');
    places.push({ operation, path, kinds, inputWith: (bad) => filled(template, keys, bad) as Record<string, unknown> });
  });
  return places;
}

/** The request with good values only. */
export function goodInput(operation: OperationName): Readonly<Record<string, unknown>> {
  return filled(OPERATIONS[operation], null, null) as Record<string, unknown>;
}

function walk(part: object, keys: readonly string[], visit: (keys: readonly string[], field: Field) => void): void {
  if (part instanceof Field) visit(keys, part);
  else for (const [key, value] of Object.entries(part)) walk(value as object, [...keys, key], visit);
}

/** The template with its good values, but for what stands at these keys. */
function filled(part: object, keys: readonly string[] | null, bad: unknown): unknown {
  if (keys?.length === 0) return bad;
  if (part instanceof Field) return part.good;
  const entries = Object.entries(part).map(([key, value]): [string, unknown] => {
    const rest = keys?.[0] === key ? keys.slice(1) : null;
    return [key, filled(value as object, rest, bad)];
  });
  return Array.isArray(part) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** A command line with a place for bad input. `--` ends the options, so that no input is taken for one. */
export interface CommandLine {
  readonly kinds: readonly Kind[];
  argvWith(bad: string): readonly string[];
}

const line = (kinds: readonly Kind[], argvWith: CommandLine['argvWith']): CommandLine => ({ kinds, argvWith });

/** Every argument and option that takes a value of such a kind. */
export const COMMAND_LINES: readonly CommandLine[] = [
  line(['amount'], (bad) => ['pay', '--', 'Bob', bad, 'UAH']),
  line(['amount'], (bad) => ['capacity', 'Bob', 'UAH', '--most', bad]),
  line(['amount'], (bad) => ['request', '--', bad, 'UAH']),
  line(['amount'], (bad) => ['id', 'card', '--limit', bad, '--equivalent', 'UAH']),
  line(['amount'], (bad) => ['id', 'qr', '--limit', bad, '--equivalent', 'UAH']),
  line(['amount'], (bad) => ['token', 'create', 'x', '--daily-cap', `UAH=${bad}`]),
  line(['limit'], (bad) => ['trust', 'set', 'Bob', '1', 'UAH', '--daily-limit', bad]),
  line(['limit'], (bad) => ['trust', 'set', '--', 'Bob', bad, 'UAH']),
  line(['fineLimit'], (bad) => ['tx', 'dust', '--smallest', bad]),
  line(['fineLimit'], (bad) => ['tx', 'dust', '--let-go-up-to', bad]),
  line(['fineLimit'], (bad) => ['tx', 'dust', '--budget', bad]),
  line(['equivalent'], (bad) => ['pay', '--', 'Bob', '1', bad]),
  line(['equivalent'], (bad) => ['capacity', '--', 'Bob', bad]),
  line(['equivalent'], (bad) => ['request', '--', '1', bad]),
  line(['equivalent'], (bad) => ['id', 'card', '--limit', '1', '--equivalent', bad]),
  line(['equivalent'], (bad) => ['token', 'create', 'x', '--daily-cap', `${bad}=1`]),
  line(['equivalent'], (bad) => ['trust', 'set', '--', 'Bob', '1', bad]),
  line(['equivalent'], (bad) => ['trust', 'close', '--', 'Bob', bad]),
  line(['equivalent'], (bad) => ['trust', 'list', '--', bad]),
  line(['equivalent'], (bad) => ['balance', '--', bad]),
  line(['name', 'alias'], (bad) => ['contact', 'add', 'Bob', '--as', bad]),
  line(['name'], (bad) => ['token', 'create', '--', bad]),
  line(['month'], (bad) => ['statement', `--month=${bad}`]),
  line(['evidenceId'], (bad) => ['evidence', 'save', '--out', '/nowhere/evidence', '--', bad]),
  line(['word'], (bad) => ['token', 'create', 'x', '--scope', bad]),
  line(['word'], (bad) => ['export', '--out', '/nowhere/ledger', '--', bad]),
  line(['tokenName'], (bad) => ['token', 'revoke', '--', bad]),
  line(['memo'], (bad) => ['pay', 'Bob', '1', 'UAH', '--memo', bad]),
  line(['memo'], (bad) => ['request', '1', 'UAH', '--memo', bad]),
  line(['who', 'other'], (bad) => ['pay', '--', bad, '1', 'UAH']),
  line(['who', 'other'], (bad) => ['capacity', '--', bad, 'UAH']),
  line(['who', 'person', 'other'], (bad) => ['contact', 'add', '--', bad]),
  line(['who', 'person'], (bad) => ['contact', 'remove', '--', bad]),
  line(['who', 'person', 'other'], (bad) => ['contact', 'verify', '--', bad]),
  line(['who', 'person', 'other'], (bad) => ['trust', 'set', '--', bad, '1', 'UAH']),
  line(['who', 'person'], (bad) => ['trust', 'close', '--', bad, 'UAH']),
  line(['who', 'person', 'other'], (bad) => ['trust', 'set', 'Bob', '1', 'UAH', '--block', bad]),
  line(['who', 'person', 'other'], (bad) => ['peer', 'connect', '--wait', '0', '--', bad]),
  line(['address'], (bad) => ['contact', 'add', 'Bob', '--address', bad]),
  line(['address'], (bad) => ['peer', 'connect', '--wait', '0', '--', 'Bob', bad]),
  line(['link'], (bad) => ['pay', '--', bad]),
  line(['when'], (bad) => ['request', '1', 'UAH', '--expires', bad]),
  line(['when'], (bad) => ['id', 'card', '--expires', bad]),
  line(['when'], (bad) => ['token', 'create', 'x', '--expires', bad]),
  line(['hexId'], (bad) => ['tx', 'resolve', '--', bad]),
  line(['hexId'], (bad) => ['tx', 'let-go', '--', bad]),
  line(['proposalId'], (bad) => ['clear', 'accept', '--yes', '--', bad]),
  line(['proposalId'], (bad) => ['clear', 'reject', '--yes', '--', bad]),
  line(['equivalent'], (bad) => ['clear', 'run', '--', bad]),
  line(['paymentId'], (bad) => ['tx', 'show', '--', bad]),
  line(['paymentId'], (bad) => ['receipt', 'show', '--', bad]),
  line(['count'], (bad) => ['history', '--limit', bad]),
  line(['count'], (bad) => ['tx', 'list', '--limit', bad]),
  line(['cursor'], (bad) => ['history', '--before', bad]),
  line(['newId'], (bad) => ['pay', 'Bob', '1', 'UAH', '--id', bad]),
];
