/**
 * Which nodes participants of this one are to be linked over, and where each is said to be: by whom, since one may be told
 * something else than another, and none shall lead all astray.
 */
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';

/** Of so many who want a host it is looked what they were told: with many more it would take long, and they say the same. */
const ASKED = 64;

type Told = Map<PublicKey, Map<PublicKey, readonly string[]>>;

export class WantedHosts {
  /** By host, local participant and remote one. */
  readonly #told = new Map<PublicKey, Told>();

  /** A local participant is to be linked with a remote one over this host, which is at these addresses as it was told. */
  want(host: PublicKey, local: PublicKey, remote: PublicKey, addresses: readonly string[]): void {
    const told: Told = this.#told.get(host) ?? new Map();
    this.#told.set(host, told.set(local, (told.get(local) ?? new Map()).set(remote, addresses)));
  }

  /** Not any more; nothing happens where that was not wanted. */
  end(host: PublicKey, local: PublicKey, remote: PublicKey): void {
    const told = this.#told.get(host);
    const ofLocal = told?.get(local);
    ofLocal?.delete(remote);
    if (ofLocal?.size === 0) told?.delete(local);
    if (told?.size === 0) this.#told.delete(host);
  }

  /** Where the host is; one address of each local participant in turn, as many as are dialled. Null: nobody wants it. */
  addressesOf(host: PublicKey): readonly string[] | null {
    const told = this.#told.get(host);
    if (told === undefined) return null;
    const lists = firstOf(told.values(), ASKED).map((ofLocal) => firstOf(ofLocal.values(), MAX_ADDRESSES).flat());
    const found = new Set<string>();
    for (let at = 0; found.size < MAX_ADDRESSES && lists.some(({ length }) => length > at); at++) {
      for (const { [at]: address } of lists) if (address !== undefined) found.add(address);
    }
    return [...found].slice(0, MAX_ADDRESSES);
  }
}

function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length === most) break;
    first.push(one);
  }
  return first;
}
