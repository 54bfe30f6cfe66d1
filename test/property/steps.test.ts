/**
 * What holds of a participant under any well-formed messages, commands, timers and losses: a step never throws, changes
 * nothing but by its saves, books what its positions say, and takes a message twice as once (the machine of test/support
 * checks that at every step); and nobody can make it lose.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Happening, happening, World } from '#test/support/happenings.ts';
import type { Machine } from '#test/support/machine.ts';

const stories = (happenings: fc.Arbitrary<Happening>) => fc.array(happenings, { minLength: 10, maxLength: 60 });

it('a step under any well-formed messages, commands and timers', () => {
  fc.assert(
    fc.property(stories(happening), (story) => {
      const world = new World();
      for (const next of story) world.happen(next);
      for (const { reservedIn, reservedOut } of world.machine.records.accounts()) {
        expect(reservedIn).toBeGreaterThanOrEqual(0n);
        expect(reservedOut).toBeGreaterThanOrEqual(0n);
      }
    }),
    { numRuns: 300 },
  );
});

/** INV-HOP and INV-PROOF, from what B has stored. A restored receiver may know only some of the routes it was paid by. */
function checkNoLoss(machine: Machine): void {
  for (const { positions } of machine.transactions()) {
    const [first] = positions;
    if (first === undefined) continue;
    const { header } = first;
    const isPayer = header.payer === machine.key && header.kind === 'pay';
    let received = 0n;
    const nets = new Map<number, bigint>();
    for (const position of positions) {
      const { nodes, amount, index } = position.route;
      const isLast = position.position === nodes.length - 1;
      const isAtRisk = position.state === 'aborted' && position.ownRisk === 'counted';
      if (position.state !== 'committed' && !isAtRisk) continue;
      const isIn = position.position > 0 && position.state === 'committed' && position.waivedByMe === null;
      const isOut = !isLast && (position.state === 'aborted' || position.waivedByDownstream === null);
      if (isIn && isLast) received += amount;
      nets.set(index, (nets.get(index) ?? 0n) + (isIn ? amount : 0n) - (isOut ? amount : 0n));
      // Who owes as a payer holds the receiver's signature.
      if (header.payer === machine.key) expect(position.state).toBe('committed');
    }
    for (const net of nets.values()) if (!isPayer) expect(net).toBeGreaterThanOrEqual(0n);
    if (received > 0n && !machine.isRestored) expect(received).toBe(header.total);
  }
}

it('whatever others sign and show, in whatever order: who forgets nothing and lets nothing go loses nothing', () => {
  fc.assert(
    fc.property(stories(happening.filter((next) => next.do !== 'lose' && next.do !== 'let-go')), (story) => {
      const world = new World();
      for (const next of story) {
        world.happenUnforged(next);
        checkNoLoss(world.machine);
        expect(world.machine.isRestored).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});

it('nor does who forgets and knows it', () => {
  fc.assert(
    fc.property(stories(happening.filter((next) => next.do !== 'let-go')), (story) => {
      const world = new World();
      for (const next of story) {
        world.happenUnforged(next);
        checkNoLoss(world.machine);
      }
    }),
    { numRuns: 300 },
  );
});
