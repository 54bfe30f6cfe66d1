/** What the page of the network designer and the process that serves it say to each other. */
import type { Study } from '../study/shape.ts';

/** Where the page exchanges the secret of its link for a key: `{ secret }` for `{ key }`. */
export const SESSION_PATH = '/design/session';
/** GET: the file that was named; PUT `{ study }`: save it. Both answer with `DesignFile`. */
export const FILE_PATH = '/design/file';
/** POST `{ text }`: read another file's text; answers with `DesignFile`. */
export const READ_PATH = '/design/read';
/** The header with which the page sends its key. */
export const KEY_HEADER = 'x-geo-key';

/** More than this is no drawing any more. */
export const MOST_DRAWN = 200;

/** A study file as the designer holds it. */
export interface DesignFile {
  /** Where it is saved. */
  readonly path: string;
  /** What stands in it, with all that the designer does not show; null: there is no such file yet. */
  readonly raw: Readonly<Record<string, unknown>> | null;
  /** The same as the simulator understands it. */
  readonly study: Study | null;
  /** How long a message takes in it, in the middle. */
  readonly delayMs: number;
}

/** What is answered instead when something is wrong; the message is for people. */
export interface DesignTrouble {
  readonly error: string;
}
