/** Backups that neighbours keep for each other (§8.6). */
import { expect, it } from 'vitest';
import { MAX_BACKUP_BYTES } from '#protocol/limits.ts';
import { comparedIn, machineWith } from '#test/support/machine.ts';
import { chain } from '#test/support/network.ts';
import { key } from '#test/support/packets.ts';

const sealed = Uint8Array.of(1, 2, 3);

it('is handed to the neighbours, kept by those who trust the owner, and given back when everything is lost', () => {
  const net = chain('ABC');
  net.compares = true;
  net.command('B', { type: 'keep-backup', sealed });
  net.run();
  // C trusts B; A does not.
  expect(net.machine('C').records.backup(key('B'))?.sealed).toEqual(sealed);
  expect(net.machine('A').records.backup(key('B'))).toBeUndefined();
  net.lose('B');
  net.link('BC');
  net.run();
  expect(net.notices('B', 'backup')).toContainEqual(expect.objectContaining({ from: key('C'), sealed }));
});

it('a neighbour that was away gets it when it says what it has', () => {
  const net = chain('ABC');
  net.compares = true;
  net.cut('BC');
  net.command('B', { type: 'keep-backup', sealed });
  net.run();
  net.link('BC');
  net.run();
  expect(net.machine('C').records.backup(key('B'))?.sealed).toEqual(sealed);
});

it('an older one does not replace a newer one, and nobody can make others keep theirs', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const keep = (owner: string, from: string, seq: number) =>
    machine.receive(from, { type: 'backup', owner: key(owner), seq, sealed }).saved.length;
  expect(keep('A', 'A', 5)).toBe(1);
  expect(keep('A', 'A', 5)).toBe(0);
  expect(keep('A', 'A', 4)).toBe(0);
  expect(keep('C', 'C', 5)).toBe(0);
  expect(keep('A', 'C', 9)).toBe(0);
});

it('a frozen node sends none: what it has may be the older one', () => {
  const machine = machineWith('B', { trusts: 'A' });
  machine.command({ type: 'keep-backup', sealed });
  const ask = () => comparedIn(machine.receive('A', { type: 'backup', owner: key('B'), seq: 0, sealed: null }));
  expect(ask()).toHaveLength(1);
  machine.markRestored();
  expect(ask()).toHaveLength(0);
});

it('one that no frame would hold is a bug of the program', () => {
  const machine = machineWith('B', { trusts: 'A' });
  const tooLong = new Uint8Array(MAX_BACKUP_BYTES + 1);
  expect(() => machine.command({ type: 'keep-backup', sealed: tooLong })).toThrow('bug');
});
