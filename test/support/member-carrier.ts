/** The carrier of a member's page over a real hub, without a page. */
import { expect, vi } from 'vitest';
import { HubCarrier } from '#desktop/ui/src/member/carrier.ts';
import type { Signer } from '#desktop/ui/src/member/documents.ts';
import { Hub, type Kept, readHub } from '#desktop/ui/src/member/hub.ts';
import { Member } from '#desktop/ui/src/member/member.ts';
import { Memos } from '#desktop/ui/src/member/memos.ts';
import { Names } from '#desktop/ui/src/member/names.ts';
import { Queue } from '#desktop/ui/src/member/queue.ts';
import type { Alarm } from '#desktop/ui/src/member/watch.ts';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import { openMemo } from '#protocol/memo.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { Memory } from './memory.ts';
import type { Person } from './people.ts';

export interface TestCarrier {
  readonly carrier: HubCarrier;
  readonly hub: Hub;
  readonly member: Member;
  readonly queue: Queue;
  readonly signer: Signer;
  readonly kept: Kept;
  readonly alarms: Alarm[];
  /** Reads the state until it is as wanted: names and memos come after it. */
  until(isSo: (state: Awaited<ReturnType<HubCarrier['readState']>>) => boolean): Promise<void>;
}

/** Lets the hub do its part for both, and connect them. Asked seldom enough for what it answers in a minute. */
export async function letLink(one: TestCarrier, other: TestCarrier): Promise<void> {
  await Promise.all([one.carrier.renew(), other.carrier.renew()]);
  const isLinked = async (): Promise<boolean> => {
    const { accounts } = await one.carrier.ask('getBalance', {});
    return accounts[0]?.linked === true;
  };
  await vi.waitFor(async () => expect(await isLinked()).toBe(true), { timeout: 20_000, interval: 500 });
}

/** Joins where it is new. */
export async function carrierOf(url: string, { seed, key }: Person, name: string): Promise<TestCarrier> {
  const { publicKey, network } = await readHub(url);
  const signer: Signer = { publicKey: key, sign: signWith(nobleEd25519, seed), network, hub: publicKey };
  const verify = verifyWith(nobleEd25519);
  const kept = new Memory();
  const hub = new Hub(url, signer, kept);
  await hub.join(name, 'person', null, false);
  const member = new Member(signer, hub, kept, verify);
  const queue = new Queue(kept);
  const alarms: Alarm[] = [];
  let changed = Promise.withResolvers<void>();
  const carrier = new HubCarrier({
    ...{ signer, hub, member, queue, verify, kept },
    names: new Names(hub, kept),
    memos: new Memos(hub, kept, (sealed) => openMemo(sealed, seed)),
    changed() {
      changed.resolve();
      changed = Promise.withResolvers();
    },
    shown: () => undefined,
    renewed: () => undefined,
    alarmed: (found) => void alarms.splice(0, alarms.length, ...found),
  });
  const until: TestCarrier['until'] = async (isSo) => {
    for (;;) {
      const { promise } = changed;
      if (isSo(await carrier.readState())) return;
      await promise;
    }
  };
  return { carrier, hub, member, queue, signer, kept, alarms, until };
}
