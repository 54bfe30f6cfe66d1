/** One finding of each code and one cause of each trouble, with facts that their texts should tell. */
import { type FactTypes, FINDING_CODES, FINDING_FACTS, type FindingCode } from '#node/doctor/codes.ts';
import type { FailureCode } from '#node/failure.ts';
import { CAUSE_CODES } from '#node/p2p/causes.ts';

const THEN_MS = Date.UTC(2026, 0, 2);

const facts: FactTypes = {
  folder: '/home/alice/geo',
  path: '/home/alice/geo/identity.json',
  pid: '12D3KooWAlice',
  failure: 'disk-full',
  errno: 'EACCES',
  process: '4711',
  port: '4610',
  host: '192.0.2.7',
  version: '1.2.3',
  running: '1.2.2',
  year: '1970',
  freeMiB: 17,
  values: 12_345,
  accounts: 6,
  linked: 3,
  all: 8,
  differenceMs: 3 * 3_600_000,
  nowAtMs: THEN_MS,
  sinceAtMs: THEN_MS + 1,
  lostAtMs: THEN_MS + 2,
  madeAtMs: THEN_MS + 3,
  name: 'Bob',
  names: ['Bob', 'Carol'],
  waiting: ['Dora', 'Emil'],
  agreed: ['Fay', 'Gus'],
  relays: ['Hal', 'Ivo'],
  addresses: ['/ip4/192.0.2.1/tcp/4610', '/ip6/2001:db8::1/tcp/4610'],
  amounts: [
    { amount: '25', equivalent: 'UAH' },
    { amount: '1.5', equivalent: 'HOUR' },
  ],
};

/** Facts that a finding of this code has. */
export function factsOf(code: FindingCode): Record<string, FactTypes[keyof FactTypes]> {
  return Object.fromEntries(FINDING_FACTS[code].map((name) => [name, facts[name]]));
}

export const everyFinding = FINDING_CODES.map((code) => ({ code, facts: factsOf(code) }));

/** A finding of each code that tells a failure. */
export const findingsOf = (failure: FailureCode) =>
  everyFinding.filter((one) => 'failure' in one.facts).map(({ code }) => ({ code, facts: { failure } }));

const causeFacts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'other-network': { theirs: 'elsewhere', ours: 'here' },
  'version-older': { theirs: '7', ours: '8, 9' },
  'version-newer': { theirs: '8, 9', ours: '7' },
  'hung-up': { why: 'stream reset' },
};

export const everyCause = CAUSE_CODES.map((code) => ({ code, facts: causeFacts[code] ?? {} }));
