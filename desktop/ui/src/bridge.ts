/** The second carrier of the API: in the desktop program the page has no address of the node, but a bridge to it. */
import type { GeoBridge } from '../../preload/bridge.ts';
import type { Events } from './carrier.ts';

declare global {
  interface Window {
    /** Only in the desktop program. */
    readonly geoBridge?: GeoBridge;
  }
}

/** The bridge; null in a browser. */
export const bridge: GeoBridge | null = window.geoBridge ?? null;

/** A stream of events over the bridge. */
export class BridgeEvents implements Events {
  readonly #target = new EventTarget();

  constructor(over: GeoBridge, since: string | null) {
    over.openEvents(since, (news) => {
      const event = news.type === 'message' ? new MessageEvent('message', { data: news.data }) : new Event(news.type);
      this.#target.dispatchEvent(event);
    });
  }

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.#target.addEventListener(type, listener as EventListener);
  }
}
