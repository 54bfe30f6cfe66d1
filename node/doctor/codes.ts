/**
 * What `geo doctor` can find: a code for each, and the facts that its text is made from, so that others can tell it in
 * their language. A code means one text and one advice.
 */
import type { FailureCode } from '../failure.ts';

/** The facts by name: each means the same wherever it stands. Names of people are as they are called here. */
export interface FactTypes {
  readonly folder: string;
  readonly path: string;
  readonly pid: string;
  /** Its text is that of the failure. */
  readonly failure: FailureCode;
  /** What the system calls the error, such as `EACCES`. */
  readonly errno: string;
  readonly process: string;
  readonly port: string;
  readonly host: string;
  readonly version: string;
  readonly running: string;
  readonly year: string;
  readonly freeMiB: number;
  readonly values: number;
  readonly accounts: number;
  readonly linked: number;
  readonly all: number;
  readonly differenceMs: number;
  readonly nowAtMs: number;
  readonly sinceAtMs: number;
  readonly lostAtMs: number;
  readonly madeAtMs: number;
  readonly name: string;
  readonly names: string[];
  /** Those who have not shown their books yet, and those who came to agree. */
  readonly waiting: string[];
  readonly agreed: string[];
  readonly relays: string[];
  readonly addresses: string[];
  readonly amounts: { amount: string; equivalent: string }[];
}

type Fact = keyof FactTypes;

/** Every code with its facts, in the order of the checks. */
export const FINDING_FACTS = {
  /** Whatever failed: the text and the hint of the failure. */
  failure: ['failure'],
  'system-refused': ['errno'],

  'folder-missing': ['folder'],
  'folder-unreadable': ['folder'],
  'folder-private': ['folder'],
  'folder-open': ['folder'],
  'identity-encrypted': ['pid'],
  'identity-plain': ['pid'],
  'identity-open': ['path'],
  'identity-open-encrypted': ['path'],
  'settings-usable': [],
  'process-none': [],
  'process-runs': ['process', 'sinceAtMs'],
  'process-silent': ['process', 'sinceAtMs'],
  'version-same': ['version'],
  'version-differs': ['version', 'running'],
  'disk-room': ['freeMiB'],
  'disk-little': ['freeMiB'],

  'clock-now': ['nowAtMs'],
  'clock-year': ['year'],
  'clock-files': [],
  'clock-went-back': ['differenceMs'],
  'clock-own-line': ['differenceMs'],
  'clock-their-line': ['differenceMs', 'name'],

  'ports-free': [],
  'port-taken': ['port', 'host'],
  'port-taken-moves': ['port', 'host'],
  'reach-direct': ['addresses'],
  'reach-relays': ['relays', 'addresses'],
  'reach-untried': ['addresses'],
  'reach-untried-relays': ['relays', 'addresses'],
  'reach-none': ['addresses'],
  'not-listening': [],
  'not-listening-relays': ['relays'],

  'records-none': [],
  'records-whole': ['values'],
  'backups-none': [],
  'backups-newest': ['madeAtMs'],
  /** None was made of the last change: the text of the failure. */
  'backup-failed': ['failure'],

  'restored-never': [],
  'restored-frozen': ['lostAtMs'],
  'restored-frozen-waiting': ['lostAtMs', 'waiting'],
  'restored-agreed': ['lostAtMs', 'agreed'],
  'restored-agreed-waiting': ['lostAtMs', 'agreed', 'waiting'],
  'restored-waiting': ['lostAtMs', 'waiting'],
  'restored-confirmed': ['lostAtMs'],

  'accounts-none': [],
  'accounts-usable': ['accounts'],
  'accounts-suspended': ['names'],
  'accounts-two-lines': ['names'],

  'links-none': [],
  'links-all': ['linked'],
  /** Why not with them is told by the operation `listPeers`. */
  'links-some': ['linked', 'all', 'names'],
  'links-nobody': ['all', 'names'],

  'held-none': [],
  'held-late': ['amounts', 'names'],
} as const satisfies Readonly<Record<string, readonly Fact[]>>;

export type FindingCode = keyof typeof FINDING_FACTS;

/** What was found: a code with just its facts. */
export type Told = {
  [C in FindingCode]: { readonly code: C; readonly facts: Pick<FactTypes, (typeof FINDING_FACTS)[C][number]> };
}[FindingCode];

/** All codes, for schemas. */
export const FINDING_CODES = Object.keys(FINDING_FACTS) as [FindingCode, ...FindingCode[]];
