/** A flood of announcements at one participant: by strangers that gossip, and by two that opened a line to it unasked. */
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { Forger, Gossip, Intruder } from '#test/support/flood.ts';
import { EQUIVALENT, NETWORK } from './participant.ts';

const STRANGERS = 6;
/** How often the next of them are sent. */
const TICK_MS = 50;

/** What was sent. */
export interface Sent {
  readonly forged: number;
  readonly stale: number;
  readonly valid: number;
  readonly tookMs: number;
}

export class Flood {
  readonly #addresses: readonly string[];
  readonly #gossips: Gossip[] = [];
  readonly #liar: Intruder;
  readonly #flooding: Intruder;
  readonly #forger = new Forger(NETWORK, EQUIVALENT);

  private constructor(addresses: readonly string[], liar: Intruder, flooding: Intruder) {
    this.#addresses = addresses;
    this.#liar = liar;
    this.#flooding = flooding;
  }

  static async start(key: PublicKey, addresses: readonly string[]): Promise<Flood> {
    const intruders = [
      await Intruder.start({ key, addresses }, NETWORK, EQUIVALENT),
      await Intruder.start({ key, addresses }, NETWORK, EQUIVALENT),
    ] as const;
    return new Flood(addresses, ...intruders);
  }

  /**
   * So many announcements, evenly over the time: a third forged and a third stale, by gossip and by links; a third
   * validly signed by made-up participants, gossiped by one who opened a line unasked.
   */
  async run(announcements: number, duringMs: number): Promise<Sent> {
    const third = Math.floor(announcements / 3);
    const nowMs = Date.now();
    const make = (one: (nowMs: number) => SignedAnnouncement) => Array.from({ length: third }, () => one(nowMs));
    const forged = make((atMs) => this.#forger.forged(atMs));
    const stale = make((atMs) => this.#forger.stale(atMs));
    const valid = make((atMs) => this.#forger.valid(atMs));
    // New ones each time: nobody keeps the connection of a stranger for long.
    for (let stranger = 0; stranger < STRANGERS; stranger++) {
      this.#gossips.push(await Gossip.start(this.#addresses, NETWORK, EQUIVALENT));
    }
    const began = performance.now();
    const ticks = Math.ceil(duringMs / TICK_MS);
    for (let tick = 0; tick < ticks; tick++) {
      const part = <T>(list: readonly T[]): T[] => list.slice((tick * third) / ticks, ((tick + 1) * third) / ticks);
      await this.#send(part(forged), part(stale), part(valid));
      const waitMs = began + (tick + 1) * TICK_MS - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    const tookMs = performance.now() - began;
    for (const gossip of this.#gossips.splice(0)) await gossip.stop();
    return { forged: third, stale: third, valid: third, tookMs };
  }

  async #send(
    forged: readonly SignedAnnouncement[],
    stale: readonly SignedAnnouncement[],
    valid: readonly SignedAnnouncement[],
  ): Promise<void> {
    const half = Math.floor(forged.length / 2);
    for (const [at, signed] of [...forged.slice(half), ...stale].entries()) {
      await this.#gossips[at % this.#gossips.length]?.say(signed);
    }
    if (half > 0) this.#liar.announce(forged.slice(0, half));
    for (const signed of valid) await this.#flooding.say(signed);
  }

  async stop(): Promise<void> {
    for (const each of [...this.#gossips, this.#liar, this.#flooding]) await each.stop();
  }
}
