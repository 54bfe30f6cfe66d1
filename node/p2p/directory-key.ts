/** Keys of the directory (§13.7): `/geo/` and the 32 bytes of a PID. */
import { concat } from 'uint8arrays/concat';
import { fromString } from 'uint8arrays/from-string';
import { type Pid, pidBytes } from '#protocol/identity.ts';

const HEAD = fromString('/geo/');
const KEY_BYTES = HEAD.length + 32;

export function directoryKey(pid: Pid): Uint8Array {
  return concat([HEAD, pidBytes(pid)]);
}

/** The digest that a PID stands for; null for a key of another form. */
export function digestIn(key: Uint8Array): Uint8Array | null {
  const isKey = key.length === KEY_BYTES && HEAD.every((byte, at) => key[at] === byte);
  return isKey ? key.subarray(HEAD.length) : null;
}
