/** What an account comes to by what proves it, where hops were waived. */
import { describe, expect, it } from 'vitest';
import {
  balanceOf,
  missingIn,
  NOTHING_PROVED,
  type Proved,
  type ShownAccount,
  type ShownEntry,
  withPart,
} from '#desktop/ui/src/member/proofs.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { EMPTY_HEAD, headAfter } from '#protocol/journal.ts';
import { encodeMessage } from '#protocol/link.ts';
import { certificateShape } from '#protocol/packet.ts';
import { type Draft, draft, key, NETWORK, UAH, verify } from '#test/support/packets.ts';

const reader = { self: key('B'), network: NETWORK, verify };
const shown: ShownAccount = {
  neighbour: key('A'),
  equivalent: UAH,
  ...{ balance: 0n, entries: 0, head: EMPTY_HEAD, agreed: null, wanted: null },
};
// A pays B twice; B gives up its claim from the first.
const [first, second] = [draft('AB'), draft('AB', { amount: 3n })];

interface Booking {
  readonly of: Draft;
  readonly isWaived: boolean;
}
const counted = (of: Draft): Booking => ({ of, isWaived: false });
const waived = (of: Draft): Booking => ({ of, isWaived: true });

/** The journal that books these, after what is proven. */
function part(after: Pick<Proved, 'entries' | 'head'>, ...bookings: readonly Booking[]) {
  let [number, head] = [after.entries, after.head];
  const entries = bookings.map(({ of, isWaived }): ShownEntry => {
    const { txId, header, route } = of;
    const hop = { txId, routeIndex: route.index, hop: 0, createdAtMs: header.createdAtMs };
    const delta = isWaived ? -route.amount : route.amount;
    number++;
    head = headAfter(head, { number, hop, delta });
    return {
      ...{ number, head, hop, delta },
      certificate: toBase64url(encode(certificateShape, of.certificate)),
      abort: isWaived ? toBase64url(encodeMessage(of.abort(1))) : null,
    };
  });
  return { after: after.entries, afterHead: after.head, entries };
}

function proved(from: Proved, ...bookings: readonly Booking[]): Proved {
  const now = withPart(reader, from, shown, part(from, ...bookings));
  if (typeof now === 'string') throw new Error(now);
  return now;
}

describe('a hop that was waived', () => {
  const before = proved(NOTHING_PROVED, counted(first), counted(second), waived(first));

  it('counts no more', () => {
    expect(balanceOf(reader, before)).toBe(3n);
  });

  it('cannot be counted again', () => {
    expect(withPart(reader, before, shown, part(before, counted(first)))).toBe('entry');
  });

  it('cannot be hidden by a journal that begins anew', () => {
    const anew = proved(NOTHING_PROVED, counted(first), counted(second));
    expect(missingIn(anew, before)).toBe(true);
    expect(missingIn(proved(NOTHING_PROVED, counted(second)), before)).toBe(true);
    expect(missingIn(proved(NOTHING_PROVED, counted(second), counted(first), waived(first)), before)).toBe(false);
  });

  it('is waived only by whom it leads to', () => {
    const { entries, ...rest } = part(NOTHING_PROVED, counted(first), waived(first));
    const abort = toBase64url(encodeMessage(second.abort(1)));
    const changed = { ...rest, entries: entries.map((entry) => ({ ...entry, abort: entry.abort && abort })) };
    expect(withPart(reader, NOTHING_PROVED, shown, changed)).toBe('entry');
  });
});
