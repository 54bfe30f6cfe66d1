/** What the node itself does when its machine tells something. */
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Housekeeper } from './housekeeper.ts';
import type { Log } from './log.ts';
import type { Host } from './p2p/host.ts';

/** Publishes, links and notes what a notice asks for. */
export function actOn(
  notice: Notice,
  of: {
    readonly host: Host;
    readonly self: PublicKey;
    readonly keepLinked: (neighbour: PublicKey) => void;
    readonly housekeeper: Housekeeper;
    readonly log: Log;
  },
): void {
  const { host, self, keepLinked, housekeeper, log } = of;
  switch (notice.type) {
    case 'announce':
      host.follow(notice.signed.announcement.equivalent);
      host.publish(notice.signed).catch((error: unknown) => log.debug({ error }, 'an announcement was not published'));
      housekeeper.nudge();
      return;
    case 'map':
      // Whoever has it from this node's neighbours only shall not wait for the usual time.
      housekeeper.nudge();
      return;
    case 'trust-line':
      host.follow(notice.equivalent);
      if (notice.from !== self) keepLinked(notice.from);
      return;
    case 'restored':
      log.error('records were lost: the node signs nothing new');
      return;
    case 'confirmed':
      log.info('the owner has confirmed what came back: the node signs again');
      return;
    case 'late-abort':
    case 'equivocation':
    case 'evidence':
      log.warn({ notice }, 'a neighbour broke its word');
      return;
    case 'refused':
    case 'payment':
    case 'quote':
    case 'received':
    case 'cleared':
    case 'proposal':
    case 'trust-line-acked':
    case 'account':
    case 'account-agreed':
    case 'checkpoint':
    case 'backup':
    case 'held':
    case 'settled':
      return;
  }
}
