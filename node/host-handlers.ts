/** What the host tells the rest of the node. */
import { type GossipVerdict, judgeAnnouncement, type SignedAnnouncement } from '#protocol/announcement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { NodeContext } from './api/context.ts';
import type { EventLog } from './api/event-log.ts';
import type { Clock } from './clock.ts';
import type { Driver } from './driver.ts';
import type { HeldAmounts } from './held.ts';
import type { Housekeeper } from './housekeeper.ts';
import { answerHints, type Indexer } from './indexer.ts';
import type { Log } from './log.ts';
import type { Host, HostHandlers } from './p2p/host.ts';

/** Feeds an event of the node's own. A driver that has failed or is stopping has said so already. */
export function submit(driver: Driver, log: Log, occurrence: Parameters<Driver['submit']>[0]): void {
  driver.submit(occurrence).catch((error: unknown) => log.debug({ error, type: occurrence.type }, 'not taken'));
}

/** What the host tells is taken when all is put together, in the order it came. */
export function hostHandlers(of: {
  readonly indexer: Indexer | undefined;
  readonly driver: Driver;
  readonly log: Log;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly held: HeldAmounts;
  readonly housekeeper: Housekeeper;
  readonly ready: Promise<Host>;
  readonly verify: NodeContext['verify'];
}): HostHandlers {
  const { indexer, driver, log, clock, events, held, housekeeper, ready, verify } = of;
  const link = (type: 'link-up' | 'link-down', neighbour: PublicKey): void => {
    void ready.then(() => {
      submit(driver, log, { type, neighbour });
      const nowMs = clock.nowMs();
      events.append({ type, neighbour }, nowMs);
      if (type === 'link-down') held.linkDown(neighbour, nowMs);
      else {
        held.linkUp(neighbour);
        housekeeper.nudge();
      }
    });
  };
  return {
    async frame(from, frame) {
      const host = await ready;
      if (indexer !== undefined && answerHints(indexer, from, frame, (to, answer) => host.answer(to, answer))) return;
      await driver.receive(from, frame).catch((error: unknown) => log.debug({ error, from }, 'a frame was not taken'));
    },
    linkUp: (neighbour) => link('link-up', neighbour),
    linkDown: (neighbour) => link('link-down', neighbour),
    announcement(signed: SignedAnnouncement): GossipVerdict {
      const { records } = driver;
      const { from, to, equivalent } = signed.announcement;
      const known = records.topology.get(from, to, equivalent);
      const context = { network: records.network, nowMs: clock.nowMs(), known, verify };
      const verdict = judgeAnnouncement(signed, context);
      if (verdict === 'accept') submit(driver, log, { type: 'gossip', signed });
      return verdict;
    },
    twin: (participant) => log.warn({ participant }, 'two running nodes have this identity'),
    // The other one may have signed what is not known here: neither shall go on before its owner has looked.
    twinOfSelf(neighbour, other) {
      log.error({ neighbour, other }, 'a second node runs with this identity: this one signs nothing new');
      void ready.then(() => submit(driver, log, { type: 'loss' }));
    },
  };
}
