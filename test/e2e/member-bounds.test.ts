/** What a member may ask of its hub, and how much of it: whatever it asks, the hub stays honest and others are served. */
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMandate } from '#desktop/ui/src/member/documents.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import type { Mandates } from '#desktop/ui/src/member/member.ts';
import { openStore } from '#node/store/store.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { delegationStatement } from '#protocol/delegation/delegation.ts';
import { handedMandateShape } from '#protocol/delegation/handed-in.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { openMember, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

let hub: TestHub;
let alice: TestMember;

beforeAll(async () => {
  hub = await startMembersHub();
  alice = await openMember(hub.url, person(111), 'Alice');
});

describe('mandates', () => {
  /** Hands in a mandate of Alice's with this seq, which lasts so much shorter than a week. */
  async function giveMandate(seq: number, shorterMs = 0): Promise<Mandates> {
    const { publicKey, network } = await readHub(hub.url);
    const { sign } = person(111);
    const accounts = [{ neighbour: person(112).key, equivalent: 'UAH', cap: 100n }];
    const made = makeMandate({ publicKey: alice.key, sign, network, hub: publicKey }, accounts, seq, seq);
    const delegation = { ...made.delegation, notAfterMs: made.delegation.notAfterMs - shorterMs };
    const signature = sign(delegationStatement(delegation));
    const document = toBase64url(encode(handedMandateShape, { ...made, delegation, signature }));
    return alice.connection.act<Mandates>('PUT', '/participants/me/mandate', { document });
  }

  it('one that is handed in again while it is written is taken once', async () => {
    const seq = Date.now();
    const given: Promise<Mandates>[] = [];
    for (let at = 0; at < 4; at++) {
      given.push(giveMandate(seq));
      // Two requests that were signed in the same millisecond are one.
      await pause(2);
    }
    const ends = await Promise.allSettled(given);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
  });

  it('few that each count for a part of the time are kept; one that reaches further takes the place of all, on disk too', async () => {
    const seqsOf = ({ mandates }: Mandates) => mandates.map(({ seq }) => seq);
    const firstSeq = Date.now();
    const seqs: number[] = [];
    for (let at = 0; at < 8; at++) {
      seqs.unshift(firstSeq + at);
      expect(seqsOf(await giveMandate(firstSeq + at, at * 60_000))).toEqual(seqs);
    }
    await expect(giveMandate(firstSeq + 8, 3_600_000)).rejects.toMatchObject({
      code: 'too-many-mandates',
      facts: { limit: 8 },
    });
    expect(seqsOf(await giveMandate(firstSeq + 9))).toEqual([firstSeq + 9]);
    await hub.stop();
    const store = await openStore(hub.dataDir);
    const kept: DurableRecord[] = [];
    for await (const record of store.section(alice.key).entries('mandate/')) kept.push(record);
    await store.close();
    expect(kept).toMatchObject([{ delegation: { seq: firstSeq + 9 } }]);
    hub = await startMembersHub(hub);
    alice = await openMember(hub.url, person(111), 'Alice');
  });
});
