/** Where participants were last said to be. */
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../log.ts';
import { checkAddress } from './address.ts';
import { MAX_ADDRESS_BOOK } from './limits.ts';
import { peerIdOf } from './peer-id.ts';

export class AddressBook {
  readonly #log: Log;
  /** In the order in which they were learned: the first is the first to be forgotten. */
  readonly #addresses = new Map<PublicKey, readonly Multiaddr[]>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Replaces what was known of the participant. Addresses that cannot be dialled, or are of another, are left out. */
  learn(participant: PublicKey, addresses: readonly string[]): void {
    this.#addresses.delete(participant);
    const dialled = dialable(participant, addresses, this.#log);
    if (dialled.length === 0) return;
    if (this.#addresses.size >= MAX_ADDRESS_BOOK) {
      this.#addresses.delete(this.#addresses.keys().next().value as PublicKey);
    }
    this.#addresses.set(participant, dialled);
  }

  get(participant: PublicKey): readonly Multiaddr[] {
    return this.#addresses.get(participant) ?? [];
  }
}

/** The addresses as they are dialled: each with the peer id, so that nobody else can answer. */
export function dialable(participant: PublicKey, addresses: readonly string[], log: Log | null): readonly Multiaddr[] {
  const dialled = new Set<string>();
  for (const address of addresses) {
    const checked = checkAddress(address);
    if (isRefusal(checked)) {
      log?.warn({ participant, why: checked.why, address: checked.input }, 'an address is left out');
    } else if (checked.participant === null) {
      dialled.add(`${checked.text}/p2p/${peerIdOf(participant).toString()}`);
    } else if (checked.participant === participant) {
      dialled.add(checked.text);
    } else {
      log?.warn({ participant, address: checked.text }, 'an address of somebody else is left out');
    }
  }
  return [...dialled].slice(0, MAX_ADDRESSES).map((text) => multiaddr(text));
}
