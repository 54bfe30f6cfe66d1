/** All that tells members of what happens while their page is closed, opened from the hub's store. */
import type { Registry } from 'prom-client';
import type { Clock } from '#node/clock.ts';
import type { Log } from '#node/log.ts';
import type { Store } from '#node/store/store.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { AtRest } from '../members/sealed-documents.ts';
import { openPushKeys } from './keys.ts';
import { createPushMetrics } from './metrics.ts';
import { PushDesk } from './push-desk.ts';
import { Subscriptions } from './subscriptions.ts';

export interface PushSettings {
  /** How makers of browsers reach the operator: `mailto:` or `https:`. */
  readonly contact?: string;
  /** For tests alone: push services may be in the hub's own network, and speak HTTP without TLS. */
  readonly mayCallInside?: boolean;
}

/** Push services want one, and reach nobody by it. */
const NO_CONTACT = 'mailto:operator@hub.invalid';

interface Parts {
  readonly store: Pick<Store, 'documents'>;
  readonly atRest: AtRest;
  readonly isMember: (publicKey: PublicKey) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export async function openPush(
  { contact = NO_CONTACT, mayCallInside = false }: PushSettings,
  { store, atRest, isMember, clock, log }: Parts,
  registry: Registry,
): Promise<PushDesk> {
  return new PushDesk({
    subscriptions: await Subscriptions.open(store, atRest, isMember),
    keys: await openPushKeys(store, atRest),
    reach: mayCallInside ? 'anywhere' : 'outside',
    metrics: createPushMetrics(registry),
    ...{ contact, clock, log },
  });
}
