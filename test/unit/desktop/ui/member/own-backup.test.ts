/** What a browser has kept, as records: each hop that counts, and what was waived of it. */
import { expect, it } from 'vitest';
import { accountName } from '#desktop/ui/src/member/checked.ts';
import { keepEvidence } from '#desktop/ui/src/member/evidence.ts';
import { keptRecords } from '#desktop/ui/src/member/own-backup.ts';
import { NOTHING_PROVED } from '#desktop/ui/src/member/proofs.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { hopKey } from '#protocol/journal.ts';
import { encodeMessage } from '#protocol/link.ts';
import { certificateShape } from '#protocol/packet.ts';
import { incomingCounts, outgoingCounts } from '#protocol/position.ts';
import { restoredFromPieces } from '#protocol/rebuild.ts';
import { Memory } from '#test/support/memory.ts';
import { draft, key } from '#test/support/packets.ts';

const self = key('B');
const payment = draft('ABC');
const certificate = toBase64url(encode(certificateShape, payment.certificate));

/** B passes a payment of A on to C; the hop that leads to `waivedTo` was waived. */
async function recordsWith(waivedTo: number | null) {
  const kept = new Memory();
  for (const [hop, neighbour] of [key('A'), key('C')].entries()) {
    const { txId, header } = payment;
    const id = { txId, routeIndex: 0, hop, createdAtMs: header.createdAtMs };
    const abort = waivedTo === hop + 1 ? toBase64url(encodeMessage(payment.abort(waivedTo))) : null;
    const hops = new Map([[hopKey(id), { ...id, delta: 1n, uses: [] }]]);
    const shown = new Map([[hopKey(id), { hop, certificate, abort }]]);
    await keepEvidence(kept, accountName(neighbour, header.equivalent), { ...NOTHING_PROVED, hops }, shown);
  }
  return keptRecords(self, kept, []);
}

it.each([
  ['nothing', null, true, true],
  ['its own claim', 1, false, true],
  ['the claim on it', 2, true, false],
] as const)('waived: %s', async (_what, waivedTo, isIn, isOut) => {
  const records = await recordsWith(waivedTo);
  const [transaction] = records.flatMap((record) => (record.type === 'transaction' ? [record] : []));
  const [position] = transaction?.positions ?? [];
  if (position === undefined) throw new Error('no position was kept');
  expect([incomingCounts(position), outgoingCounts(position)]).toEqual([isIn, isOut]);
  const accounts = restoredFromPieces(records, self, Date.now()).filter(({ type }) => type === 'account');
  const { amount } = payment.route;
  const balances = accounts.map((account) => account.type === 'account' && account.balance);
  expect(balances).toEqual([isIn ? amount : 0n, isOut ? -amount : 0n]);
});

it('what a checkpoint has closed is kept no more', async () => {
  const kept = new Memory();
  const { txId, header } = payment;
  const id = { txId, routeIndex: 0, hop: 0, createdAtMs: header.createdAtMs };
  const shown = new Map([[hopKey(id), { hop: 0, certificate, abort: null }]]);
  const hops = new Map([[hopKey(id), { ...id, delta: 1n, uses: [] }]]);
  await keepEvidence(kept, 'A-UAH', { ...NOTHING_PROVED, hops }, shown);
  expect(await keptRecords(self, kept, [])).toHaveLength(1);
  await keepEvidence(kept, 'A-UAH', NOTHING_PROVED, new Map());
  expect(await keptRecords(self, kept, [])).toEqual([]);
});
