/** What bounds the search for rings (§5.2), and where a walk goes: one participant, whose accounts are given. */
import { describe, expect, it } from 'vitest';
import { emptyAccount } from '#protocol/account.ts';
import { type RingFound, type RingNone, type RingWalk, ringMark } from '#protocol/clearing/ring.ts';
import type { Occurrence, Timer } from '#protocol/event.ts';
import {
  DEAD_END_MS,
  MAX_LOOK_AHEAD,
  MAX_RING_REFUSALS,
  MAX_WALKS_PER_HOUR,
  SEEK_ROUNDS,
  WALK_AFTER_MS,
  WALK_JITTER_MS,
} from '#protocol/limits.ts';
import type { Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import { Records } from '#protocol/records.ts';
import { refuse } from '#protocol/refusals.ts';
import { causeIn } from '#test/support/machine.ts';
import { network } from '#test/support/network.ts';
import { key, keys, NETWORK, nameOf, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const ID = '5d'.repeat(16);

interface Step {
  readonly sent: readonly string[];
  readonly messages: readonly Message[];
  /** How long each timer that was set waits. */
  readonly waitsMs: readonly number[];
}

/** A, with accounts as they are given: no payment made them. */
class Walker {
  nowMs = THEN_MS;
  readonly records = new Records(key('A'), NETWORK);

  /** Each of these owes A 10, and A owes Z as much. */
  constructor(debtors: readonly string[]) {
    this.records.seeking = 'always';
    for (const name of [...debtors, 'Z']) {
      this.records.linked.add(key(name));
      const balance = name === 'Z' ? -10n : 10n;
      this.records.apply({ ...emptyAccount(key(name), UAH), balance, comparedAtMs: this.nowMs });
    }
  }

  receive(from: string, message: Message): Step {
    return this.feed({ type: 'message', from: key(from), message });
  }

  timer(timer: Timer): Step {
    return this.feed({ type: 'timer', timer });
  }

  feed(occurrence: Occurrence): Step {
    const sent: string[] = [];
    const messages: Message[] = [];
    const waitsMs: number[] = [];
    const effects = step(this.records, { ...occurrence, nowMs: this.nowMs }, () => {
      throw new Error('nothing is signed here');
    });
    for (const effect of effects) {
      if (effect.type === 'learn') this.records.knowledge.learn(effect.learned);
      if (effect.type === 'schedule') waitsMs.push(effect.atMs - this.nowMs);
      if (effect.type !== 'send') continue;
      sent.push(`${effect.message.type} → ${nameOf(effect.to)}`);
      messages.push(effect.message);
    }
    return { sent, messages, waitsMs };
  }
}

const creditorOf = (debtors: readonly string[]): Walker => new Walker(debtors);

const walkOf = (names: string, steps = 8, id = ID): RingWalk => ({
  ...{ type: 'ring-walk', id, equivalent: UAH, steps, leastHops: 3 },
  marks: [...names].map((name) => ringMark(id, key(name))),
});
const none = (steps: number, isDead: boolean, id = ID): RingNone => ({
  ...{ type: 'ring-none', id, equivalent: UAH, steps, deadForMs: isDead ? DEAD_END_MS : 0 },
});
const walkIn = ({ messages }: Step): RingWalk => messages[0] as RingWalk;
const noneIn = ({ messages }: Step): RingNone => messages[0] as RingNone;
const towards = ({ sent }: Step): string => sent[0]?.at(-1) ?? '';

describe('where a walk goes on to', () => {
  it.each([
    ['BC', 'B'],
    ['CB', 'C'],
  ])('with the marks of %s on it, to %s: the longest ring', (marks, to) => {
    expect(creditorOf(['B', 'C', 'D']).receive('Z', walkOf(`${marks}YZ`)).sent).toEqual([`ring-walk → ${to}`]);
  });

  it('with a ring that is long enough for it, or else with one who is not on it', () => {
    const walk = (leastHops: number): RingWalk => ({ ...walkOf('BCYZ'), leastHops });
    // B, C, Y, Z and the own place are five hops, from C on four.
    expect(towards(creditorOf(['B', 'C']).receive('Z', walk(5)))).toBe('B');
    expect(towards(creditorOf(['B', 'C', 'D']).receive('Z', walk(6)))).toBe('D');
    expect(creditorOf(['B', 'C']).receive('Z', walk(6)).sent).toEqual(['ring-none → Z']);
    expect(walkIn(creditorOf(['D']).receive('Z', walk(6))).leastHops).toBe(6);
  });

  it('back when it closes a ring that is too short where it was sent by chance', () => {
    const machine = creditorOf(['D']);
    expect(towards(machine.receive('Z', { ...walkOf('YZ'), leastHops: 5 }))).toBe('D');
    const back = (leastHops: number): Step => machine.receive('Z', { ...walkOf('YZADZ'), leastHops });
    expect(noneIn(back(4))).toMatchObject({ deadForMs: 0 });
    expect(back(3).sent).toEqual(['ring-found → Z']);
  });

  it('looks one hop ahead where there are not too many debtors to look at', () => {
    const many = Array.from({ length: MAX_LOOK_AHEAD }, (_, at) => String.fromCharCode(200 + at));
    expect(towards(creditorOf(['B', ...many.slice(1)]).receive('Z', walkOf('BYZ')))).toBe('B');
    const machine = creditorOf(['B', ...many]);
    const to = Array.from({ length: 8 }, (_, at) => {
      const id = `0${at}`.repeat(16);
      return towards(machine.receive('Z', walkOf('BYZ', 8, id)));
    });
    expect(to.every((name) => name === 'B')).toBe(false);
  });

  it('with no more steps than are left here, whatever who sends it back says', () => {
    const machine = creditorOf(['B', 'C']);
    const first = machine.receive('Z', walkOf('YZ', 3));
    expect(walkIn(first).steps).toBe(2);
    expect(walkIn(machine.receive(towards(first), none(48, false))).steps).toBe(1);
  });
});

describe('whether any other walk would get further', () => {
  it('not where nobody owes; yes where only the steps are used up', () => {
    expect(noneIn(creditorOf([]).receive('Z', walkOf('YZ'))).deadForMs).toBe(DEAD_END_MS);
    expect(noneIn(creditorOf(['B']).receive('Z', walkOf('YZ', 0))).deadForMs).toBe(0);
  });

  it.each([
    [true, true],
    [true, false],
    [false, true],
  ])('of two debtors who say dead: %s and %s', (one, other) => {
    const machine = creditorOf(['B', 'C']);
    const first = towards(machine.receive('Z', walkOf('YZ')));
    const second = machine.receive(first, none(6, one));
    const back = machine.receive(towards(second), none(4, other));
    expect(back.sent).toEqual(['ring-none → Z']);
    expect(noneIn(back)).toMatchObject({ deadForMs: one && other ? DEAD_END_MS : 0, steps: 4 });
  });
});

it('what was told by others is told on for no longer than it was told to last', () => {
  const machine = creditorOf(['B', 'C']);
  const first = towards(machine.receive('Z', walkOf('YZ')));
  const second = towards(machine.receive(first, none(6, true)));
  machine.nowMs += 300;
  expect(noneIn(machine.receive(second, none(4, true))).deadForMs).toBe(DEAD_END_MS - 300);
  machine.nowMs += 200;
  expect(noneIn(machine.receive('Z', walkOf('YZ', 8, '6e'.repeat(16)))).deadForMs).toBe(DEAD_END_MS - 500);
  // One of them passed on this very walk.
  const again = noneIn(machine.receive('Z', { ...walkOf('BYZ', 8, '7f'.repeat(16)), leastHops: 8 }));
  expect(again.deadForMs).toBe(0);
});

it('a ring is found only by whom the walk went to', () => {
  const machine = creditorOf(['B', 'C']);
  const to = towards(machine.receive('Z', walkOf('YZ')));
  const found = (name: string): RingFound => ({
    ...{ type: 'ring-found', id: ID, equivalent: UAH, nodes: keys(name), amount: 5n },
  });
  expect(machine.receive(to === 'B' ? 'C' : 'B', found(to === 'B' ? 'C' : 'B')).sent).toEqual([]);
  expect(machine.receive(to, found(to)).sent).toEqual(['ring-found → Z']);
});

describe('how often', () => {
  const seek = { type: 'seek', neighbour: key('B'), equivalent: UAH, tries: 0 } as const;

  it('so many walks an hour over one account', () => {
    const machine = creditorOf(['B']);
    const walks = (): number => {
      let sent = 0;
      for (let at = 0; at < MAX_WALKS_PER_HOUR + 5; at++) sent += machine.timer(seek).sent.length;
      return sent;
    };
    expect([walks(), walks()]).toEqual([MAX_WALKS_PER_HOUR, 0]);
    machine.nowMs += 3_600_000;
    expect(machine.timer(seek).sent).toEqual(['ring-walk → B']);
  });

  it('one timer for one account, however often something changes', () => {
    const machine = creditorOf(['B']);
    const planned = () =>
      machine.feed({ type: 'command', command: { type: 'seek-rings', equivalent: null } }).waitsMs.length;
    expect([planned(), planned()]).toEqual([1, 0]);
    machine.nowMs += 1_000;
    expect(planned()).toBe(1);
  });

  it('after another wait each time: those who got in the way of each other would do so again', () => {
    const machine = creditorOf(['B']);
    const waits = Array.from({ length: 20 }, () => {
      const [waitMs = 0] = machine.feed({
        type: 'command',
        command: { type: 'seek-rings', equivalent: null },
      }).waitsMs;
      machine.nowMs += waitMs;
      machine.timer(seek);
      machine.nowMs += 1_000;
      return waitMs;
    });
    for (const waitMs of waits) {
      expect(waitMs).toBeGreaterThanOrEqual(WALK_AFTER_MS);
      expect(waitMs).toBeLessThan(WALK_AFTER_MS + WALK_JITTER_MS);
    }
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it.each([
    ['always', 0, 1],
    ['always', 1, 0],
    ['always', SEEK_ROUNDS, 1],
    ['asked', 0, 0],
    ['never', 0, 0],
  ] as const)('with housekeeping, where rings are looked for %s, in round %i: %i', (seeking, round, walks) => {
    const machine = creditorOf(['B', 'C']);
    machine.records.seeking = seeking;
    const { sent } = machine.timer({ type: 'housekeeping', round });
    expect(sent.filter((one) => one.startsWith('ring-walk'))).toHaveLength(walks);
  });
});

/** A owes B 30, B owes C 20, C owes A 25; A's walk went to C and came back by way of B. */
function circle() {
  const net = network('ABCD');
  for (const [debtor, creditor, amount] of [
    ['A', 'B', 30n],
    ['B', 'C', 20n],
    ['C', 'A', 25n],
    ['D', 'B', 20n],
    ['C', 'D', 20n],
  ] as const) {
    net.trust(creditor + debtor);
    net.pay(debtor, creditor, amount, { routes: [[debtor + creditor, amount]] });
    net.run();
  }
  for (const name of 'ABCD') net.machine(name).records.seeking = 'asked';
  return net;
}

it('a ring on which there is less each time is given up after some tries', () => {
  const net = circle();
  net.machine('A').records.knowledge.learn({
    ...{ type: 'passage', id: ID, equivalent: UAH, from: null, to: key('C'), closedBy: key('B') },
    ...{ tried: [], marks: [], steps: 8, leastHops: 3 },
  });
  net.forge('C', 'A', { type: 'ring-found', id: ID, equivalent: UAH, nodes: keys('CBA'), amount: 20n });
  let sent = net.deliver('C ---ring-found--> A').sent;
  let tries = 0;
  while (sent.includes('prepare → C')) {
    tries++;
    // Meanwhile C pays some of it back to B, so that B owes it less.
    net.pay('C', 'B', 1n, { routes: [['CB', 1n]] });
    net.deliver('C ---prepare--> B');
    net.deliver('B ---commit--> C');
    net.deliver('A ---prepare--> C');
    sent = net.deliver('C ---abort--> A').sent;
  }
  expect(tries).toBe(1 + MAX_RING_REFUSALS);
});

it('a yes to one ring is none to another over the same debt', () => {
  const net = circle();
  net.trust('CB', 100n, { policy: { autoClearing: false } });
  net.trust('BA', 100n, { policy: { autoClearing: false } });
  net.clear('ACBA', 20n);
  net.run();
  const [proposal] = net.machine('C').records.proposals();
  net.command('C', { type: 'answer-proposal', id: proposal?.id ?? '', agrees: true });
  net.run();
  net.clear('DCBD', 20n);
  expect(causeIn(net.deliver('D ---prepare--> C'))).toEqual(refuse('no-auto-clearing', { hop: 1 }));
});
