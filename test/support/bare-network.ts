/** The libp2p below a host, without the host. */
import { pino } from 'pino';
import { createMetrics } from '#node/metrics.ts';
import { Admission } from '#node/p2p/admission.ts';
import { createGossip } from '#node/p2p/gossip.ts';
import { createHostMetrics } from '#node/p2p/metrics.ts';
import { createNetwork, type Network } from '#node/p2p/network.ts';
import { Reach } from '#node/p2p/reach/reach.ts';
import { randomSeed } from './hosts.ts';

/** Started; listens nowhere. */
export async function startBareNetwork(): Promise<Network> {
  const metrics = createHostMetrics(createMetrics().registry);
  const isKept = (): boolean => false;
  const log = pino({ level: 'silent' });
  const gossip = createGossip({ network: 'test', announcement: () => 'ignore', isKept, log, metrics });
  const network = await createNetwork({
    ...{ seed: randomSeed(), listen: [], isKept, metrics, services: {}, nameTrouble: () => null },
    gossip: gossip.service,
    livenessIntervalMs: 60_000,
    livenessTimeoutMs: 60_000,
    reach: new Reach({ settings: { relay: 'off', relays: [], publicAddresses: [] }, isKept, log, metrics }),
    admission: new Admission({ isKept, metrics, places: {} }),
  });
  await network.start();
  return network;
}
