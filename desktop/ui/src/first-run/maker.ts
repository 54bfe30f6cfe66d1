/** What makes an identity and starts its node: a small server of `geo ui`, or the desktop program. */
import type { FirstRunCourse, FirstRunWishes } from '#node/api/contract.ts';

export type Course = FirstRunCourse;
export type Wishes = FirstRunWishes;

/** Every step throws `AskError`. */
export interface Maker {
  /** How far it has come. */
  course(): Promise<Course>;
  /** Makes the identity, or brings it back. */
  make(wishes: Wishes): Promise<Course>;
  /** Starts the node, and goes on to its page. */
  start(): Promise<void>;
  /** Nobody has to say that the node is to be started. */
  readonly startsByItself: boolean;
}
