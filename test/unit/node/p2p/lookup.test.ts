import type { LookupAddress } from 'node:dns';
import { expect, it } from 'vitest';
import { lookupWith } from '#node/p2p/lookup.ts';

async function look(name: string, all: boolean): Promise<string | readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupWith(() => null)(name, { all }, (error, address) => (error === null ? resolve(address) : reject(error)));
  });
}

it('gives what a name stands for, one or all', async () => {
  expect(['127.0.0.1', '::1']).toContain(await look('localhost', false));
  expect(await look('localhost', true)).toContainEqual(expect.objectContaining({ address: expect.any(String) }));
});

// The system reads these as IPv4 addresses, so that no server of names is needed for the test.
it.each([
  ['0xa9fea9fe', 'metadata'],
  ['2852039166', 'metadata'],
  ['169.254.43518', 'metadata'],
  ['0', 'no host'],
  ['224.1', 'one host'],
])('refuses %s when it stands for an address that is not dialled', async (name, why) => {
  for (const all of [true, false]) await expect(look(name, all)).rejects.toThrow(why);
});
