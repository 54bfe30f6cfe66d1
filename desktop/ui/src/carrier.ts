/** What carries the operations of the API out for the page: its node, the desktop program, or the hub of a member. */
import type { Input, Result } from '#node/api/contract.ts';
import type { Used } from './operations.ts';

/** A stream of events, whatever carries it: a WebSocket, or what the page uses of one. */
export interface Events {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** What several screens show, each part as its operation gives it, and where events go on from there. */
export interface WholeState {
  readonly cursor: string;
  readonly parts: {
    readonly getStatus: Result<'getStatus'>;
    readonly listContacts: Result<'listContacts'>;
    readonly getBalance: Result<'getBalance'>;
    readonly listTrustLines: Result<'listTrustLines'>;
    readonly listHeld: Result<'listHeld'>;
    readonly getClearing: Result<'getClearing'>;
    readonly getHistory: Result<'getHistory'>;
  };
}

/** A carrier that is neither a node nor the bridge to one. */
export interface Carrier {
  /** Throws `AskError`. */
  ask<N extends Used>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Result<N>>;
  /** Whether it carries this one out at all. What it does not is not offered. */
  can(name: Used): boolean;
  /** All that several screens show, at once. Throws `AskError`. */
  readState(): Promise<WholeState>;
  openEvents(since: string | null): Events;
  /** The whole ledger as a file. Throws `AskError`. */
  readLedger(): Promise<Blob>;
  /** A link by which somebody comes here and is asked to let its maker owe. Throws `AskError`. */
  invite(limit: { readonly amount: string; readonly equivalent: string }): Promise<string>;
}
