/**
 * What the desktop program gives its page, by name: `window.geoBridge`, made in `preload.cjs`. Types only; what goes
 * through it is plain data, and is checked again in the main process (`desktop/main/channels.ts`).
 */
import type { FirstRunWishes } from '#node/api/contract.ts';

/** What came of a call. `code` is one of the API's, or `unreachable`, `forbidden` or `bad-request`. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string; readonly facts: Facts } };

/** What a refusal says in numbers and names, as in the API. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** What happens to a stream of events. `data` is one `eventMessage` of the contract, as JSON. */
export type StreamNews =
  | { readonly type: 'open' }
  | { readonly type: 'message'; readonly data: string }
  | { readonly type: 'close' };

/** Why a passphrase has to be typed at each start: what this computer has instead of a keychain. */
export type NoKeychain = 'basic-text' | 'unavailable';

/** How things stand with the node that the page is to show. */
export type Situation =
  | { readonly state: 'starting' }
  /** `attached`: another program started it, and it stays when this one ends. */
  | { readonly state: 'running'; readonly attached: boolean }
  /** There is no identity yet. `keychain` null: the computer's keychain can keep the passphrase. */
  | { readonly state: 'no-identity'; readonly keychain: NoKeychain | null }
  | { readonly state: 'locked'; readonly wasWrong: boolean; readonly keychain: NoKeychain | null }
  /** It ended by itself and is started again after a while. */
  | { readonly state: 'waiting'; readonly retryAtMs: number; readonly message: string }
  /** Somebody stopped it, as `geo stop` does. */
  | { readonly state: 'stopped' }
  /** It cannot run until somebody does something. */
  | { readonly state: 'failed'; readonly code: string; readonly message: string; readonly hint: string | null };

/** Where in the page to go: a screen and what it is told. */
export interface PlaceWanted {
  readonly screen: 'pay' | 'people';
  readonly query: Readonly<Record<string, string>>;
}

/** What the person chose about the program itself. */
export interface DesktopSettings {
  readonly startAtLogin: boolean;
  readonly notifications: boolean;
}

/** `window.geoBridge`. Every call resolves; nothing throws. */
export interface GeoBridge {
  /** Carries out an operation of the API, one of those in `desktop/ui/src/operations.ts`. */
  ask(name: string, input: object): Promise<Answer>;
  /** Events from after this cursor on. Returns what ends the stream. */
  openEvents(since: string | null, listener: (news: StreamNews) => void): () => void;
  getSituation(): Promise<Answer>;
  onSituation(listener: (situation: Situation) => void): void;
  /** How far the first start has come: `FirstRunCourse` of the contract. */
  getFirstRun(): Promise<Answer>;
  /** Makes the identity or brings it back, and answers as `getFirstRun`. `passphrase` null: the keychain keeps a random one. */
  makeIdentity(input: FirstRunWishes): Promise<Answer>;
  /** Starts the node with it. */
  endFirstRun(): Promise<Answer>;
  /** Opens the key of the node. `remember`: the keychain keeps the passphrase from now on. */
  unlock(input: { passphrase: string; remember: boolean }): Promise<Answer>;
  /** Starts the node again now. */
  tryAgain(): Promise<Answer>;
  getSettings(): Promise<Answer>;
  setSettings(input: DesktopSettings): Promise<Answer>;
  /** Asks where, and writes a file for whoever is to help: settings and the end of the log, no secrets. */
  saveSupportBundle(): Promise<Answer>;
  /** A `geo:` link was opened on this computer. */
  onPlace(listener: (place: PlaceWanted) => void): void;
}
