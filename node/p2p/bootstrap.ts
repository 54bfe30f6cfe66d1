/** The nodes that this one was told of, by which it comes into the directory and back into it. */
import type { Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { checkAddress } from './address.ts';
import type { Directory } from './directory.ts';
import { BOOTSTRAP_FIRST_MS, BOOTSTRAP_LAST_MS, DIAL_TIMEOUT_MS } from './limits.ts';
import { dialTrouble, type Trouble } from './trouble.ts';

/** A node of the setting `bootstrap`. */
export interface BootstrapInfo {
  readonly participant: PublicKey;
  readonly address: string;
  /** When it was reached the last time; null: never since the start. */
  readonly reachedAtMs: number | null;
  /** Why it was not the last time; null: it was, or the first attempt runs. */
  readonly trouble: Trouble | null;
}

interface BootstrapOptions {
  readonly addresses: readonly string[];
  readonly self: PublicKey;
  readonly directory: Directory;
  readonly nowMs: () => number;
  readonly log: Log;
}

export class Bootstrap {
  readonly #options: BootstrapOptions;
  readonly #nodes: BootstrapInfo[];
  readonly #stopped = new AbortController();
  #libp2p: Libp2p | null = null;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @throws Failure `config-invalid` for an address that cannot be dialled or does not say who is there. */
  constructor(options: BootstrapOptions) {
    this.#options = options;
    this.#nodes = options.addresses
      .map((text) => checkedNode(text))
      .filter(({ participant }) => participant !== options.self);
  }

  get nodes(): readonly BootstrapInfo[] {
    return this.#nodes;
  }

  start(libp2p: Libp2p): void {
    this.#libp2p = libp2p;
    if (this.#nodes.length > 0) void this.#round();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  /** Dials all of them; again soon while the directory is empty, else now and then, so that parts find together. */
  async #round(): Promise<void> {
    await Promise.all(this.#nodes.map(async (node, at) => this.#dial(node, at)));
    if (this.#stopped.signal.aborted) return;
    const isIn = this.#options.directory.size > 0;
    this.#attempts = isIn ? 0 : this.#attempts + 1;
    const longestMs = isIn ? BOOTSTRAP_LAST_MS : Math.min(BOOTSTRAP_LAST_MS, BOOTSTRAP_FIRST_MS * 2 ** this.#attempts);
    this.#timer = setTimeout(() => void this.#round(), longestMs * (0.5 + Math.random() / 2)).unref();
  }

  async #dial(node: BootstrapInfo, at: number): Promise<void> {
    const { nowMs, log } = this.#options;
    const address = multiaddr(node.address);
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(DIAL_TIMEOUT_MS), this.#stopped.signal]);
      await this.#libp2p?.dial(address, { signal });
      this.#nodes[at] = { ...node, reachedAtMs: nowMs(), trouble: null };
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const trouble = dialTrouble(error, [address]);
      this.#nodes[at] = { ...node, trouble };
      log.info({ address: node.address, trouble: trouble.text }, 'a bootstrap node was not reached');
    }
  }
}

function checkedNode(text: string): BootstrapInfo {
  const checked = checkAddress(text);
  const hint = 'Ask its owner for the address: it ends in /p2p/ and a peer id. `geo id` shows those of a node.';
  if (isRefusal(checked)) {
    throw new Failure('config-invalid', `The bootstrap address "${checked.input}" cannot be used: ${checked.why}.`, {
      hint,
    });
  }
  const { participant, text: address } = checked;
  if (participant === null) {
    throw new Failure('config-invalid', `The bootstrap address "${address}" does not say who is there.`, { hint });
  }
  return { participant, address, reachedAtMs: null, trouble: null };
}
