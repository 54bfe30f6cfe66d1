/** Why there is no link with a neighbour: a code for each cause with its facts, and words for a person. */
import type { EndReason } from './framed-stream.ts';

/** What the neighbour says of itself, and what this node is. */
type Sides = { readonly theirs: string; readonly ours: string };

const ends = {
  'frame-empty': () => 'it sent an empty frame, which the protocol forbids',
  'frame-too-long': () => 'it sent a frame longer than the protocol allows',
  'frame-length-malformed': () => 'it sent a frame whose length cannot be read',
  'frame-truncated': () => 'it hung up in the middle of a frame',
  'hello-malformed': () => 'it did not begin with a greeting that this node understands',
  'hello-forged': () => 'its greeting is not signed with its key',
  'hello-late': () => 'it did not greet in time',
  incompatible: () => 'its node and this one do not fit together',
  superseded: () => 'the link goes over another connection',
  twin: () => 'two running nodes have its key',
  'too-many-links': () => 'this node has too many links',
  'too-slow': () => 'it did not read what was sent to it',
  'node-failed': () => 'this node could not work on what it sent',
  'query-refused': () => 'its question was refused',
  'query-late': () => 'its question did not come in time',
  closed: () => 'it closed the link',
  reset: () => 'the connection broke',
  stopped: () => 'this node stopped',
} as const satisfies Readonly<Record<EndReason, () => string>>;

const words = {
  ...ends,
  'other-network': ({ theirs, ours }: Sides) => `it belongs to the network "${theirs}", this node to "${ours}"`,
  'version-older': (sides: Sides) => `${versionWords(sides)}: its program has to be updated`,
  'version-newer': (sides: Sides) => `${versionWords(sides)}: this node's program has to be updated`,
  'no-address': () => 'no address of it is known: it has to call',
  'nobody-there': () => 'no node is running at its address',
  'name-unknown': () => 'the name in its address is not known',
  'no-way': () => 'there is no way to its address: is this machine online?',
  'no-answer': () => 'it did not answer in time',
  'somebody-else': () => 'somebody else answers at its address',
  'no-geo-node': () => 'the program at its address is no GEO node, or a much newer one',
  'hung-up': ({ why }: { readonly why: string }) => `it hung up: ${why}`,
};

function versionWords({ theirs, ours }: Sides): string {
  return `it speaks version ${theirs} of the protocol, this node ${ours}`;
}

export type CauseCode = keyof typeof words;

type FactsOf<C extends CauseCode> =
  Parameters<(typeof words)[C]> extends [infer F] ? F : Readonly<Record<string, never>>;

/** A cause with just its facts. */
export type Cause = { [C in CauseCode]: { readonly code: C; readonly facts: FactsOf<C> } }[CauseCode];

/** All codes, for schemas. */
export const CAUSE_CODES = Object.keys(words) as [CauseCode, ...CauseCode[]];

/** Half a sentence. */
export function causeWords({ code, facts }: Cause): string {
  return (words[code] as (facts: Cause['facts']) => string)(facts);
}
