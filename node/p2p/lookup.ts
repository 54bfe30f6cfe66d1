/**
 * Names of hosts, looked up for a dial. Whoever gave an address decides what its name stands for, and may change that at
 * any time: what comes of it is checked as the addresses themselves are.
 */
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { resolvedTrouble } from './address.ts';

export const lookupDialable: LookupFunction = (name, options, callback) => {
  dns.lookup(name, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, []);
    const dialled = found.filter(({ address }) => resolvedTrouble(address) === null);
    const [first] = dialled;
    if (first === undefined) {
      const [refused] = found;
      const why = refused === undefined ? 'it stands for nothing' : resolvedTrouble(refused.address);
      return callback(Object.assign(new Error(`"${name}": ${why}`), { code: 'ENOTFOUND' }), []);
    }
    if (options.all === true) callback(null, dialled);
    else callback(null, first.address, first.family);
  });
};
