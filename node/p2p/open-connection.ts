/** The connection to use with a participant: a direct one if there is any, else one over a relay; of several the newest. */
import type { Connection, Libp2p, PeerId } from '@libp2p/interface';

export function openConnection(libp2p: Libp2p, peer: PeerId): Connection | undefined {
  const open = libp2p.getConnections(peer).filter(({ status }) => status === 'open');
  return open.findLast(({ direct }) => direct) ?? open.at(-1);
}
