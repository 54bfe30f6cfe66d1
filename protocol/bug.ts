/** Bugs: states that our own code must never reach. The process stops rather than go on with wrong books. */

/** Stops when our own code is wrong. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}

/** Ends a `switch` over a closed union: a missing case does not compile. */
export function unreachable(value: never): never {
  throw new Error(`bug: unexpected ${String(value)}`);
}
