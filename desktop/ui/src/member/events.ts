/** What happens at the hub, as it happens; where the stream cannot be opened, by looking every few seconds. */
import type { Events } from '../carrier.ts';
import type { Hub } from './hub.ts';

const POLL_MS = 5_000;
/** So many times it is looked before the stream is tried again. */
const MOST_POLLS = 12;

export class MemberEvents implements Events {
  readonly #hub: Hub;
  readonly #cursor: () => Promise<string>;
  readonly #named: (message: unknown) => unknown;
  readonly #target = new EventTarget();

  /**
   * `cursor` says where events are now; it throws where the hub cannot be reached. `named` puts the names into a message
   * that the member knows and the hub does not.
   */
  constructor(hub: Hub, since: string | null, cursor: () => Promise<string>, named: (message: unknown) => unknown) {
    this.#hub = hub;
    this.#cursor = cursor;
    this.#named = named;
    void this.#open(since).catch(() => this.#tell(new Event('close')));
  }

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.#target.addEventListener(type, listener as (event: Event) => void);
  }

  async #open(since: string | null): Promise<void> {
    const socket = await this.#hub.openEvents(since);
    let wasOpen = false;
    socket.addEventListener('open', () => {
      wasOpen = true;
      this.#tell(new Event('open'));
    });
    socket.addEventListener('message', ({ data }) => {
      const message = this.#named(JSON.parse(String(data)));
      this.#tell(new MessageEvent('message', { data: JSON.stringify(message) }));
    });
    socket.addEventListener('close', () => {
      if (wasOpen) this.#tell(new Event('close'));
      else void this.#poll(since);
    });
  }

  /** Until the stream is to be tried again, or the hub is away. */
  async #poll(since: string | null): Promise<void> {
    try {
      let cursor = since ?? (await this.#cursor());
      this.#tell(new Event('open'));
      for (let polls = 0; polls < MOST_POLLS; polls++) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        const now = await this.#cursor();
        if (now === cursor) continue;
        cursor = now;
        const reset = { cursor, atMs: Date.now(), reset: true };
        this.#tell(new MessageEvent('message', { data: JSON.stringify(reset) }));
      }
    } catch {
      // Who hears that it is closed asks why.
    }
    this.#tell(new Event('close'));
  }

  #tell(event: Event): void {
    this.#target.dispatchEvent(event);
  }
}
