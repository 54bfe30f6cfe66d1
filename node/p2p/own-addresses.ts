/** Where this node can be reached. */
import type { Libp2p } from '@libp2p/interface';
import { isRefusal } from '#protocol/refusals.ts';
import { parseAddress } from './address.ts';

/** Each with the peer id; those only that others would dial. */
export function ownAddresses(libp2p: Libp2p): readonly string[] {
  return libp2p
    .getMultiaddrs()
    .map((address) => address.toString())
    .filter((address) => !isRefusal(parseAddress(address)));
}
