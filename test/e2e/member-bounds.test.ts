/** What a member may ask of its hub, and how much of it: whatever it asks, the hub stays honest and others are served. */
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMandate } from '#desktop/ui/src/member/documents.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import type { Mandates } from '#desktop/ui/src/member/member.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { handedMandateShape } from '#protocol/delegation/handed-in.ts';
import { openMember, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

let hub: TestHub;
let alice: TestMember;

beforeAll(async () => {
  hub = await startMembersHub();
  alice = await openMember(hub.url, person(111), 'Alice');
});

describe('mandates', () => {
  /** Hands in a mandate of Alice's with this seq. */
  async function giveMandate(seq: number): Promise<Mandates> {
    const { publicKey, network } = await readHub(hub.url);
    const signer = { publicKey: alice.key, sign: person(111).sign, network, hub: publicKey };
    const accounts = [{ neighbour: person(112).key, equivalent: 'UAH', cap: 100n }];
    const document = toBase64url(encode(handedMandateShape, makeMandate(signer, accounts, seq, seq)));
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
});
