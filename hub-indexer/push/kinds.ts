/** Of what a member is told, what somebody wants to know with the page closed. */
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';

/** Those that ask for something to be done are told first. */
export const PUSH_KINDS = ['proposal', 'received', 'trust-line'] as const;

export type PushKind = (typeof PUSH_KINDS)[number];

/** Null: it can wait until the page is opened. */
export function pushKindOf(notice: Notice, member: PublicKey): PushKind | null {
  const { type } = notice;
  if (type === 'received') return type;
  if (type === 'trust-line') return notice.to === member ? type : null;
  return type === 'proposal' && notice.state === 'PROPOSED' ? type : null;
}

/** All are of one length: the push service sees how long what it passes on is, and shall not tell kinds apart by that. */
const PAYLOAD_CHARACTERS = 48;

/** What the browser is told: no names, no amounts. */
export function payloadOf(kind: PushKind, count: number): string {
  return JSON.stringify({ kind, count: Math.min(count, 999_999) }).padEnd(PAYLOAD_CHARACTERS);
}
