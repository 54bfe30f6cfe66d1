/** Settings of how a node is reached, as the host takes them. */

/** For whom a node is a relay. */
export const RELAY_POLICIES = ['off', 'for-neighbours', 'for-anyone'] as const;
export type RelayPolicy = (typeof RELAY_POLICIES)[number];

export interface ReachSettings {
  /** For whom this node is a relay. */
  readonly relay: RelayPolicy;
  /** Relays to use when others cannot call this node: addresses that say who is there, without a relay between. */
  readonly relays: readonly string[];
  /** Where others reach it beyond what it finds by itself: a name, a port that a router or proxy passes on. */
  readonly publicAddresses: readonly string[];
}
