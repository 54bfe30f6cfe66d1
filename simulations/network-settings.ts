/** What a simulated network is told, and what it tells. */
import type { Account } from '#protocol/account.ts';
import type { SeekingMode } from '#protocol/clearing/seeking.ts';
import type { Effect, Event, Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { fastSignatures, type Signatures } from './signatures.ts';

/** What links do to messages. */
export interface Weather {
  /** How many copies of a message arrive; 0: it is lost. */
  copies(): number;
  /** How long one takes. */
  delayMs(from: number, to: number): number;
}

/** Whoever can put a message on a link. */
export interface Poster {
  post(from: number, to: number, message: Message): void;
  indexOf(key: PublicKey): number;
}

/** What a malicious participant does beside its machine. */
export interface Behaviour {
  /** May the machine of `self` hear the message? What it does instead it posts itself. */
  hears(self: number, message: Message, poster: Poster): boolean;
  /** Is a message that the machine wants to send really sent? */
  says(message: Message): boolean;
}

export interface NetworkSettings {
  /** False: nobody knows of any line but its own. */
  readonly isMapKnown: boolean;
  readonly weather: Weather;
  readonly signatures: Signatures;
  /** Encode and decode every message, as a real link does. */
  readonly throughBytes: boolean;
  readonly seeking: SeekingMode;
  /** Are the documents of trust lines signed? They are shown to neighbours only after links were down. */
  readonly signsLines: boolean;
  /** How a participant breaks the rules; null: it does not. */
  readonly behaviourOf: ((index: number) => Behaviour | null) | null;
}

/** Who wants to hear of what happens in a network. */
export interface Observer {
  /** A participant handed a message to its link; `bytes` is 0 unless messages go through their bytes. */
  sent(from: number, message: Message, bytes: number): void;
  /** An account changed, as `owner` sees it. */
  changed(owner: number, neighbour: number, account: Account): void;
  /** A participant told its owner something. */
  noticed(participant: number, notice: Notice): void;
  /** A message reached a machine. */
  heard?(participant: number, message: Message): void;
  /** A record is about to be taken in. */
  saving?(participant: number, record: DurableRecord): void;
  stepped?(participant: number, event: Event, effects: readonly Effect[]): void;
  crashed?(participant: number): void;
}

/** A network on links that never fail, of honest participants that do not look for rings. */
export function calm(delayMs: number, isMapKnown: boolean): NetworkSettings {
  return {
    isMapKnown,
    weather: { copies: () => 1, delayMs: () => delayMs },
    signatures: fastSignatures,
    throughBytes: false,
    seeking: 'never',
    signsLines: false,
    behaviourOf: null,
  };
}
