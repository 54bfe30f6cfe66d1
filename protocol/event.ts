/**
 * Events and effects (§8): all that can happen to a participant, and all that it can cause.
 *
 * Driver contract: events one at a time; all saves of a step in one durable batch; its sends, timers and notices only
 * after that batch is on disk; a crash anywhere equals losing effects that were not released.
 */
import type { SignedAnnouncement } from './announcement.ts';
import type { PublicKey } from './identity.ts';
import type { Message } from './link.ts';
import type { PaymentId, TxId } from './packet.ts';
import type { PaymentState, PlannedRoute } from './payment.ts';
import type { DurableRecord } from './records.ts';
import type { Refusal } from './refusals.ts';
import type { LinePolicy, LineStatus } from './trust-line.ts';

/** Pay `amount` to `receiver`. The same payment id again is the same payment (rule 11). */
export interface PayCommand {
  readonly type: 'pay';
  readonly paymentId: PaymentId;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  /** 1 … 2⁶³−1, 10⁻⁸ units. */
  readonly amount: bigint;
  readonly sealedMemo: Uint8Array | null;
  /** 32 fresh random bytes in hex. */
  readonly randomness: string;
  /** Null: the node chooses single routes by its map. */
  readonly routes: readonly PlannedRoute[] | null;
}

/** Open, change or close the own trust line to a neighbour. */
export interface SetTrustLineCommand {
  readonly type: 'set-trust-line';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** Most the neighbour may owe; 0 allowed. */
  readonly limit: bigint;
  readonly status: LineStatus;
  readonly policy: LinePolicy;
}

/** Clear a ring of debts: `nodes` begins and ends with this participant (§5). */
export interface ClearCommand {
  readonly type: 'clear';
  readonly paymentId: PaymentId;
  readonly equivalent: string;
  readonly amount: bigint;
  readonly nodes: readonly PublicKey[];
  readonly randomness: string;
}

/** Waive the incoming hop of a prepared position at own risk (§4.5): the outgoing hop may still have to be paid. */
export interface LetGoCommand {
  readonly type: 'let-go';
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
}

/** Ask again, now, what became of a transaction. */
export interface ResolveCommand {
  readonly type: 'resolve';
  readonly txId: TxId;
}

/** Settings that decide what the machine does. */
export interface ConfigureCommand {
  readonly type: 'configure';
  readonly announceAll: boolean;
}

export type Command =
  | PayCommand
  | SetTrustLineCommand
  | ClearCommand
  | LetGoCommand
  | ResolveCommand
  | ConfigureCommand;

/** What a timer is for. A timer that is late, early or repeated does no harm. */
export type Timer =
  | {
      readonly type: 'retry';
      readonly txId: TxId;
      readonly routeIndex: number;
      readonly position: number;
      readonly tries: number;
    }
  | { readonly type: 'expiry'; readonly txId: TxId }
  | { readonly type: 'route-again'; readonly paymentId: PaymentId }
  | {
      readonly type: 'resend-line';
      readonly to: PublicKey;
      readonly equivalent: string;
      readonly seq: number;
      readonly tries: number;
    }
  /** From the driver, every now and then: renew announcements, compare the map with neighbour number `round`. */
  | { readonly type: 'housekeeping'; readonly round: number };

/** What happened. `message` was verified by the driver (verify.ts); `gossip` was judged `accept`. */
export type Occurrence =
  | { readonly type: 'start' }
  | { readonly type: 'link-up'; readonly neighbour: PublicKey }
  | { readonly type: 'link-down'; readonly neighbour: PublicKey }
  | { readonly type: 'message'; readonly from: PublicKey; readonly message: Message }
  | { readonly type: 'gossip'; readonly signed: SignedAnnouncement }
  | { readonly type: 'timer'; readonly timer: Timer }
  | { readonly type: 'command'; readonly command: Command };

export type Event = Occurrence & { readonly nowMs: number };

/** What people and programs are told; nothing in the protocol depends on it. */
export type Notice =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | {
      readonly type: 'payment';
      readonly paymentId: PaymentId;
      readonly state: PaymentState;
      readonly refusal: Refusal | null;
    }
  | {
      readonly type: 'received';
      readonly txId: TxId;
      readonly paymentId: PaymentId;
      readonly payer: PublicKey;
      readonly equivalent: string;
      readonly amount: bigint;
    }
  | { readonly type: 'cleared'; readonly txId: TxId; readonly equivalent: string; readonly amount: bigint }
  | { readonly type: 'trust-line'; readonly from: PublicKey; readonly to: PublicKey; readonly equivalent: string }
  | { readonly type: 'trust-line-acked'; readonly to: PublicKey; readonly equivalent: string; readonly seq: number }
  | { readonly type: 'account'; readonly neighbour: PublicKey; readonly equivalent: string }
  | { readonly type: 'held'; readonly txId: TxId; readonly waitsFor: PublicKey }
  | { readonly type: 'late-abort'; readonly txId: TxId; readonly neighbour: PublicKey }
  | { readonly type: 'equivocation'; readonly neighbour: PublicKey; readonly equivalent: string }
  | { readonly type: 'restored'; readonly txId: TxId }
  /** So many announcements were news. */
  | { readonly type: 'map'; readonly changed: number }
  | { readonly type: 'announce'; readonly signed: SignedAnnouncement };

export type Effect =
  /** Keep for ever, or until the same key is saved again. */
  | { readonly type: 'save'; readonly record: DurableRecord }
  /** To a neighbour over its link, or to a stranger if there is a way; may be lost. */
  | { readonly type: 'send'; readonly to: PublicKey; readonly message: Message }
  | { readonly type: 'schedule'; readonly timer: Timer; readonly atMs: number }
  | { readonly type: 'notify'; readonly notice: Notice };
