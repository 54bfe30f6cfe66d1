/**
 * Events and effects (§8): all that can happen to a participant, and all that it can cause.
 *
 * Driver contract: events one at a time; all saves of a step in one durable batch; its sends, timers and notices only
 * after that batch is on disk; a crash anywhere equals losing effects that were not released.
 */
import type { SignedAnnouncement } from './announcement.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ProposalRecord } from './clearing/proposal.ts';
import type { EvidenceKind } from './evidence.ts';
import type { PublicKey } from './identity.ts';
import type { Message } from './link.ts';
import type { Dust } from './node-record.ts';
import type { Header, PaymentId, Route, TxId } from './packet.ts';
import type { PaymentState, PlannedRoute, RefusedHop } from './payment.ts';
import type { DurableRecord } from './records.ts';
import type { Refusal } from './refusals.ts';
import type { Learned } from './routing/knowledge.ts';
import type { LinePolicy, LineStatus, TrustLine } from './trust-line.ts';

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
  /** Null: the node chooses. */
  readonly routes: readonly PlannedRoute[] | null;
  /** An attempt that the payer made and signed itself (§11.4). Not given: the node makes them. */
  readonly signed?: SignedAttempt;
}

/** An attempt whose first signatures the driver has. Its routes are in the order of their indices. */
export interface SignedAttempt {
  readonly header: Header;
  readonly routes: readonly Route[];
}

/**
 * "How much can I pay this one?" Told at once by a notice `quote` from what is known, and again whenever an answer of
 * others says more, until `isFinal`. Nothing is reserved.
 */
export interface QuoteCommand {
  readonly type: 'quote';
  /** 32 fresh random bytes in hex, not used for anything else. */
  readonly quoteId: PaymentId;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  /** Most that is asked for, 1 … 2⁶³−1: nobody is asked for more. */
  readonly most: bigint;
  readonly randomness: string;
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
  /** The document that the owner made and signed itself (§11.4), of which the driver has the signature. Not given: the node makes it. */
  readonly document?: TrustLine;
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

/** Look for rings of debts now, in one equivalent or in all (§5.2). Nothing happens where none are looked for. */
export interface SeekRingsCommand {
  readonly type: 'seek-rings';
  readonly equivalent: string | null;
}

/** The owner's answer to a proposal (§5.3). Refused (`no-proposal`) where none with this id is open. */
export interface AnswerProposalCommand {
  readonly type: 'answer-proposal';
  readonly id: string;
  readonly agrees: boolean;
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

/** What the owner does with amounts that are not worth waiting for (§4.7). */
export interface SetDustCommand extends Omit<Dust, 'spent'> {
  readonly type: 'set-dust';
}

/**
 * The owner has looked at what came back after a loss: every limit is signed again, and the accounts that the
 * neighbours agreed on may be used (§8.4). Refused while linked neighbours have not agreed, unless `regardless`: theirs
 * stay unsure then.
 */
export interface ConfirmRestoredCommand {
  readonly type: 'confirm-restored';
  readonly regardless: boolean;
}

/**
 * Proposes a checkpoint now for every quiet account with a larger key that is due for one, or (`all`) on which something
 * counts since the last one. A hosted participant is asked to sign it.
 */
export interface ProposeCheckpointsCommand {
  readonly type: 'propose-checkpoints';
  readonly which: 'due' | 'all';
}

/**
 * A checkpoint that a hosted participant has signed (§11.4), of which the driver has the signature: one that it proposes, or
 * that was proposed to it. Refused (`bad-document`) where the books say something else by now.
 */
export interface SignCheckpointCommand {
  readonly type: 'sign-checkpoint';
  readonly checkpoint: Checkpoint;
}

/** Hands a sealed backup of this participant to its neighbours (§8.6). */
export interface KeepBackupCommand {
  readonly type: 'keep-backup';
  /** At most `MAX_BACKUP_BYTES`; a longer one is a bug. */
  readonly sealed: Uint8Array;
}

/**
 * Compares the map with that of a participant, who need not be a neighbour: an indexer, say. What either lacks is then
 * asked for, a piece at a time. Nothing happens if it cannot be reached or does not answer; asking again does no harm.
 */
export interface SyncMapCommand {
  readonly type: 'sync-map';
  readonly participant: PublicKey;
}

export type Command =
  | PayCommand
  | QuoteCommand
  | SetTrustLineCommand
  | ClearCommand
  | SeekRingsCommand
  | AnswerProposalCommand
  | LetGoCommand
  | ResolveCommand
  | ConfigureCommand
  | SetDustCommand
  | ConfirmRestoredCommand
  | ProposeCheckpointsCommand
  | SignCheckpointCommand
  | KeepBackupCommand
  | SyncMapCommand;

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
  /** The answers that a search waits for in this round are late. */
  | { readonly type: 'search'; readonly id: PaymentId; readonly round: number }
  | {
      readonly type: 'resend-line';
      readonly to: PublicKey;
      readonly equivalent: string;
      readonly seq: number;
      readonly tries: number;
    }
  /** Look for a ring over the debt of a neighbour. */
  | { readonly type: 'seek'; readonly neighbour: PublicKey; readonly equivalent: string; readonly tries: number }
  /** Ask a neighbour again for what it has, after a loss. */
  | { readonly type: 'recover'; readonly neighbour: PublicKey; readonly tries: number }
  /** From the driver, every now and then: renew announcements, checkpoints; compare map and books with neighbour number `round`. */
  | { readonly type: 'housekeeping'; readonly round: number };

/** What happened. `message` was verified by the driver (verify.ts); `gossip` was judged `accept`. */
export type Occurrence =
  | { readonly type: 'start' }
  /** Records may have been lost: an old backup, words only, a damaged store, a twin. Before `start`, or at any time. */
  | { readonly type: 'loss' }
  /** A neighbour's frame broke the protocol; `what` is for people. */
  | {
      readonly type: 'fault';
      readonly from: PublicKey;
      readonly code: string;
      readonly what: string;
      readonly frame: Uint8Array;
    }
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
      readonly type: 'quote';
      readonly quoteId: PaymentId;
      readonly receiver: PublicKey;
      readonly equivalent: string;
      /** So much can be paid, for all that is known now. 10⁻⁸ units. */
      readonly atLeast: bigint;
      /** Perhaps so much, and no more. */
      readonly atMost: bigint;
      /** Why it is not more: the hop that stops most of it; null when nothing was refused. */
      readonly stoppedBy: RefusedHop | null;
      /** Over which all that was asked for would be sent now; none where it would not. */
      readonly routes: readonly PlannedRoute[];
      readonly isFinal: boolean;
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
  /** A clearing that needs the owner's word, and how it stands. */
  | ({ readonly type: 'proposal' } & Pick<ProposalRecord, 'id' | 'neighbour' | 'equivalent' | 'amount' | 'state'>)
  | { readonly type: 'trust-line'; readonly from: PublicKey; readonly to: PublicKey; readonly equivalent: string }
  | { readonly type: 'trust-line-acked'; readonly to: PublicKey; readonly equivalent: string; readonly seq: number }
  | { readonly type: 'account'; readonly neighbour: PublicKey; readonly equivalent: string }
  | { readonly type: 'held'; readonly txId: TxId; readonly waitsFor: PublicKey }
  | { readonly type: 'late-abort'; readonly txId: TxId; readonly neighbour: PublicKey }
  | { readonly type: 'equivocation'; readonly neighbour: PublicKey; readonly equivalent: string }
  /** Records were lost: the node signs nothing new. */
  | { readonly type: 'restored' }
  /** A neighbour's books agree with what came back. */
  | { readonly type: 'account-agreed'; readonly neighbour: PublicKey; readonly equivalent: string }
  /** The owner confirmed: the node signs again. */
  | { readonly type: 'confirmed' }
  | { readonly type: 'checkpoint'; readonly neighbour: PublicKey; readonly equivalent: string; readonly epoch: number }
  | { readonly type: 'evidence'; readonly id: string; readonly about: PublicKey; readonly kind: EvidenceKind }
  /** An own sealed backup came back from a neighbour. */
  | { readonly type: 'backup'; readonly from: PublicKey; readonly seq: number; readonly sealed: Uint8Array }
  /** What was held is decided. */
  | { readonly type: 'settled'; readonly txId: TxId }
  /** So many announcements were news. */
  | { readonly type: 'map'; readonly changed: number }
  | { readonly type: 'announce'; readonly signed: SignedAnnouncement };

export type Effect =
  /** Keep for ever, or until the same key is saved again. */
  | { readonly type: 'save'; readonly record: DurableRecord }
  /** Remember until the process ends; forgetting costs a question. Taken in at once, before anything is on disk. */
  | { readonly type: 'learn'; readonly learned: Learned }
  /** To a neighbour over its link, or to a stranger if there is a way; may be lost. */
  | { readonly type: 'send'; readonly to: PublicKey; readonly message: Message }
  | { readonly type: 'schedule'; readonly timer: Timer; readonly atMs: number }
  | { readonly type: 'notify'; readonly notice: Notice };
