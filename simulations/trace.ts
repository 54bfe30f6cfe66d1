/** A running digest of everything that happens in a run: participant, event, effects. Integers only, never bytes of signatures. */
import type { Effect, Event } from '#protocol/event.ts';

const EVENT_CODES: Record<Event['type'], number> = {
  start: 1,
  'link-up': 2,
  'link-down': 3,
  message: 4,
  gossip: 5,
  timer: 6,
  command: 7,
  loss: 8,
  fault: 9,
};

const EFFECT_CODES: Record<Effect['type'], number> = { save: 11, send: 12, schedule: 13, notify: 14, learn: 15 };

export class Trace {
  #a = 0x243f6a88;
  #b = 0x85a308d3;

  /** 16 hex digits. */
  get digest(): string {
    return (this.#a >>> 0).toString(16).padStart(8, '0') + (this.#b >>> 0).toString(16).padStart(8, '0');
  }

  step(participant: number, event: Event, effects: readonly Effect[]): void {
    this.#mix(participant * 64 + EVENT_CODES[event.type]);
    this.#mix(event.nowMs % 0x7fff_ffff);
    if (event.type === 'message') this.#text(event.message.type);
    for (const effect of effects) {
      this.#mix(EFFECT_CODES[effect.type]);
      if (effect.type === 'send') this.#text(effect.to, 8);
      if (effect.type === 'save') {
        this.#text(effect.record.type);
        if (effect.record.type === 'account') this.#mix(Number(effect.record.balance % 1_000_000_007n));
        if (effect.record.type === 'transaction') {
          this.#text(effect.record.txId, 8);
          for (const position of effect.record.positions) this.#text(position.state);
        }
      }
    }
  }

  fault(to: number, from: number): void {
    this.#mix(to * 1_024 + from);
  }

  /** Takes another digest in, in order. */
  digestOf(digest: string): void {
    this.#text(digest);
  }

  #text(text: string, length = text.length): void {
    for (let at = 0; at < length; at++) this.#mix(text.charCodeAt(at));
  }

  #mix(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    this.#b = (Math.imul(this.#b, 0x9e3779b1) + (this.#a >>> 7)) | 0;
  }
}
