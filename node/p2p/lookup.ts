/**
 * Names of hosts, looked up for a dial. Whoever gave an address decides what its name stands for, and may change that at
 * any time: what comes of it is checked as the addresses themselves are.
 */
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { resolvedTrouble } from './address.ts';

/** Why what a name stands for is not dialled; null: it is. */
export type NameTrouble = (name: string, address: string) => string | null;

/** `troubleOf`: what is wrong beside that nobody dials such an address. */
export function lookupWith(troubleOf: NameTrouble): LookupFunction {
  return (name, options, callback) => {
    const trouble = (address: string): string | null => resolvedTrouble(address) ?? troubleOf(name, address);
    dns.lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const dialled = found.filter(({ address }) => trouble(address) === null);
      const [first] = dialled;
      if (first === undefined) {
        const [refused] = found;
        const why = refused === undefined ? 'it stands for nothing' : trouble(refused.address);
        return callback(Object.assign(new Error(`"${name}": ${why}`), { code: 'ENOTFOUND' }), []);
      }
      if (options.all === true) callback(null, dialled);
      else callback(null, first.address, first.family);
    });
  };
}
