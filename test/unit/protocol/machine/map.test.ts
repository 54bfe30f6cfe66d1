/** The map (§6.3): what comes onto it, what leaves it, and how two of them become one. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { SignedAnnouncement } from '#protocol/announcement.ts';
import { ANNOUNCEMENT_LIFETIME_MS, MAP_SLOT_MS } from '#protocol/limits.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import type { MapAnswer, MapDigest } from '#protocol/map-messages.ts';
import { slotOf } from '#protocol/topology.ts';
import { announced, numbered } from '#test/support/announcements.ts';
import { Machine, NOTHING } from '#test/support/machine.ts';
import { key, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

let machine: Machine;

const housekeeping = (of: Machine, round = 0) => of.timer({ type: 'housekeeping', round });
const seqOf = (of: Machine, names: string): number | undefined =>
  of.records.topology.get(key(names.charAt(0)), key(names.charAt(1)), UAH)?.announcement.seq;

function digestOf(of: Machine, change: Partial<MapDigest> = {}): MapDigest {
  const slot = change.slot ?? slotOf(of.nowMs);
  const tree = of.records.topology.lasting(slot);
  const digest = tree.digest('') ?? '0'.repeat(16);
  return { type: 'map-digest', slot, count: tree.count(''), digest, isAnswer: false, ...change };
}

function hears(of: Machine, ...list: readonly SignedAnnouncement[]): void {
  for (const signed of list) of.feed({ type: 'gossip', signed });
}

beforeEach(() => {
  machine = new Machine('A');
  machine.link('B');
});

describe('what is heard', () => {
  it('is taken onto the map, once', () => {
    hears(machine, announced('CD'));
    const message = { type: 'announcements', signed: [announced('DE'), announced('EF')] } as const;
    expect(machine.receive('B', message).notices).toEqual([{ type: 'map', changed: 2 }]);
    expect(machine.receive('B', message)).toEqual(NOTHING);
    expect(['CD', 'DE', 'EF'].map((names) => seqOf(machine, names))).toEqual([THEN_MS, THEN_MS, THEN_MS]);
  });

  it('what is old or known is taken out of a message, the rest stays', () => {
    hears(machine, announced('CD', { seq: THEN_MS - 5 }));
    const message = {
      type: 'announcements',
      signed: [announced('CD', { seq: THEN_MS - 6 }), announced('DE'), announced('CD', { expiresAtMs: THEN_MS })],
    } as const;
    expect(machine.read('B', message)).toEqual({ type: 'announcements', signed: [announced('DE')] });
    machine.receive('B', message);
    expect(seqOf(machine, 'CD')).toBe(THEN_MS - 5);
  });

  it('two of one line in one message: the newer stands, in whatever order', () => {
    const [older, newer] = [announced('CD'), announced('CD', { seq: THEN_MS + 1 })];
    for (const signed of [
      [older, newer],
      [newer, older],
    ]) {
      machine = new Machine('A');
      machine.receive('B', { type: 'announcements', signed });
      expect(seqOf(machine, 'CD')).toBe(THEN_MS + 1);
    }
  });

  it('what was news when it was judged, and is none any more, changes nothing', () => {
    hears(machine, announced('CD', { seq: THEN_MS + 1 }));
    expect(machine.feed({ type: 'gossip', signed: announced('CD') })).toEqual(NOTHING);
    expect(machine.feed({ type: 'gossip', signed: announced('CD', { seq: THEN_MS + 1 }) })).toEqual(NOTHING);
    expect(seqOf(machine, 'CD')).toBe(THEN_MS + 1);
  });
});

describe('what has ended', () => {
  it('leaves the map and the disk at housekeeping, a minute later', () => {
    hears(machine, announced('CD', { expiresAtMs: THEN_MS + 10 }), announced('EF'));
    machine.nowMs = THEN_MS + 60_009;
    expect(housekeeping(machine).saved).toEqual([]);
    machine.nowMs++;
    expect(housekeeping(machine).saved).toEqual([
      { type: 'forgotten-announcement', from: key('C'), to: key('D'), equivalent: UAH },
    ]);
    expect([machine.records.topology.count, seqOf(machine, 'CD')]).toEqual([1, undefined]);
    machine.restart();
    expect([machine.records.topology.count, seqOf(machine, 'CD')]).toEqual([1, undefined]);
    expect(housekeeping(machine).saved).toEqual([]);
  });

  it('what was taken off the map stays until nothing older can be live, however short it says that it lives', () => {
    const older = announced('CD');
    hears(machine, older, announced('CD', { seq: THEN_MS, active: false, expiresAtMs: THEN_MS + 1 }, 'D'));
    machine.nowMs = THEN_MS + ANNOUNCEMENT_LIFETIME_MS - 1;
    housekeeping(machine);
    expect(machine.read('B', { type: 'announcements', signed: [older] })).toEqual({
      type: 'announcements',
      signed: [],
    });
    machine.nowMs = THEN_MS + ANNOUNCEMENT_LIFETIME_MS + 60_000;
    housekeeping(machine);
    expect(machine.records.topology.count).toBe(0);
    expect(machine.read('B', { type: 'announcements', signed: [older] })).toEqual({
      type: 'announcements',
      signed: [],
    });
  });

  it('goes a bounded number at a time', () => {
    for (let number = 0; number < 4_100; number++)
      machine.records.topology.apply(numbered(number, { expiresAtMs: THEN_MS + 1 }));
    machine.nowMs += 60_001;
    expect(housekeeping(machine).saved).toHaveLength(4_096);
    expect(housekeeping(machine).saved).toHaveLength(4);
  });
});

describe('a map that is full', () => {
  beforeEach(() => {
    machine.records.maxMapLines = 32;
    machine.trust('B', 5n, { policy: { announce: true } });
    hears(machine, announced('AB'), announced('BC'), announced('CD'));
  });

  it('takes some more, then no line that it does not know, but its own', () => {
    for (let number = 0; number < 40; number++) hears(machine, numbered(number));
    expect(machine.records.topology.count).toBe(34);
    hears(machine, announced('BC', { seq: THEN_MS + 1 }), announced('BA'));
    expect([seqOf(machine, 'BC'), seqOf(machine, 'BA'), machine.records.topology.count]).toEqual([
      THEN_MS + 1,
      THEN_MS,
      35,
    ]);
  });

  it('forgets at housekeeping what is beyond it: what no line of its own leads to, the latest first', () => {
    for (let number = 0; number < 40; number++) hears(machine, numbered(number));
    const { saved } = housekeeping(machine);
    expect(saved).toEqual(
      [30, 29].map((number) => {
        const { from, to, equivalent } = numbered(number).announcement;
        return { type: 'forgotten-announcement', from, to, equivalent };
      }),
    );
    expect(machine.records.topology.count).toBe(32);
    expect(['AB', 'BC', 'CD'].map((names) => seqOf(machine, names))).toEqual([THEN_MS, THEN_MS, THEN_MS]);
  });

  it('asks nobody for more, but answers', () => {
    for (let number = 0; number < 40; number++) hears(machine, numbered(number));
    expect(machine.receive('B', digestOf(machine, { count: 99 })).sent).toEqual(['map-digest → B']);
    const answer: MapAnswer = { type: 'map-answer', slot: slotOf(THEN_MS), split: ['a'], next: 'b', signed: [] };
    expect(machine.receive('B', answer).sent).toEqual([]);
  });
});

describe('comparing', () => {
  it('link up: the digest, unless the map is empty', () => {
    expect(machine.relink('B')).toEqual(NOTHING);
    hears(machine, announced('CD'));
    expect(machine.relink('B').messages.map(({ message }) => message)).toEqual([digestOf(machine)]);
  });

  it('housekeeping: the digest to one neighbour in turn', () => {
    machine.link('C');
    const asked = [0, 1, 2].map((round) => housekeeping(machine, round).sent);
    expect(asked).toEqual([['map-digest → B'], ['map-digest → C'], ['map-digest → B']]);
  });

  it('the same map: nothing to say', () => {
    hears(machine, announced('CD'));
    expect(machine.receive('B', digestOf(machine))).toEqual(NOTHING);
  });

  it.each([
    ['digest', { digest: '00000000000000aa' }],
    ['count', { count: 7 }],
  ])('another %s: what is here, by parts, and the own digest as the answer', (_what, change) => {
    hears(machine, announced('CD'));
    expect(machine.receive('B', digestOf(machine, change)).sent).toEqual(['map-ask → B', 'map-digest → B']);
    expect(machine.receive('B', digestOf(machine, { ...change, isAnswer: true })).sent).toEqual(['map-ask → B']);
  });

  it('an empty map has nothing that one could ask for', () => {
    hears(machine, announced('CD'));
    const empty = digestOf(machine, { count: 0, digest: '0'.repeat(16) });
    expect(machine.receive('B', empty).messages.map(({ message }) => message)).toEqual([
      digestOf(machine, { isAnswer: true }),
    ]);
  });

  it('a stranger is answered and not asked, unless it was asked first', () => {
    hears(machine, announced('CD'));
    expect(machine.receive('Z', digestOf(machine, { count: 7 })).sent).toEqual(['map-digest → Z']);
    expect(machine.command({ type: 'sync-map', participant: key('Z') }).sent).toEqual(['map-digest → Z']);
    expect(machine.receive('Z', digestOf(machine, { count: 7, isAnswer: true })).sent).toEqual(['map-ask → Z']);
  });

  it('one that speaks of another time is told the own one, once', () => {
    hears(machine, announced('CD'));
    const slot = slotOf(THEN_MS);
    for (const other of [slot - 1, slot + 2]) {
      const { messages } = machine.receive('B', digestOf(machine, { slot: other }));
      expect(messages.map(({ message }) => message)).toEqual([digestOf(machine, { isAnswer: true })]);
      expect(machine.receive('B', digestOf(machine, { slot: other, count: 7, isAnswer: true }))).toEqual(NOTHING);
      expect(
        machine.receive('B', { type: 'map-ask', slot: other, groups: [{ prefix: '', from: 0, digests: [null] }] }),
      ).toEqual(NOTHING);
    }
  });

  it('two minutes before the next slot it can speak of that already', () => {
    hears(machine, announced('CD'));
    const slot = slotOf(THEN_MS) + 1;
    machine.nowMs = slot * MAP_SLOT_MS - 60_000 - 120_001;
    expect(machine.receive('B', digestOf(machine, { slot, count: 7, isAnswer: true }))).toEqual(NOTHING);
    machine.nowMs++;
    expect(machine.receive('B', digestOf(machine, { slot, count: 7, isAnswer: true })).sent).toEqual(['map-ask → B']);
  });
});

/** Lets two talk until neither has anything to say. Bytes and messages that went over. */
function talk(
  one: Machine,
  other: Machine,
  first: readonly Message[],
): { bytes: number; messages: number; most: number } {
  let bytes = 0;
  let messages = 0;
  let most = 0;
  let waiting = first.map((message) => ({ from: one, to: other, message }));
  while (waiting.length > 0) {
    most = Math.max(most, waiting.length);
    waiting = waiting.flatMap(({ from, to, message }) => {
      messages++;
      bytes += encodeMessage(message).length;
      const back = to.receive(from.name, message).messages;
      return back.map((answer) => ({ from: to, to: from, message: answer.message }));
    });
  }
  return { bytes, messages, most };
}

function bringTogether(one: Machine, other: Machine): ReturnType<typeof talk> {
  const talked = talk(
    one,
    other,
    housekeeping(one).messages.map(({ message }) => message),
  );
  expect(digestOf(one)).toEqual(digestOf(other));
  return talked;
}

describe('two that differ', () => {
  let other: Machine;

  beforeEach(() => {
    other = new Machine('B');
    other.link('A');
  });

  const both = (list: readonly SignedAnnouncement[]): void => {
    for (const each of [machine, other]) for (const signed of list) each.records.topology.apply(signed);
  };

  it('end with one map, by one comparison', () => {
    hears(machine, announced('CD', { seq: THEN_MS + 1 }), announced('EF'));
    hears(other, announced('CD'), announced('GH'));
    bringTogether(machine, other);
    expect(other.records.topology.count).toBe(3);
    expect(seqOf(other, 'CD')).toBe(THEN_MS + 1);
  });

  it.each([1, 9, 170, 700])('by %i lines that only one has: the other gets all, whoever begins', (count) => {
    hears(machine, announced('CD'));
    for (let number = 0; number < count; number++) other.records.topology.apply(numbered(number));
    const { most } = bringTogether(machine, other);
    expect(machine.records.topology.count).toBe(count + 1);
    // A question or an answer each way.
    expect(most).toBe(2);
  });

  it('by two halves', () => {
    for (let number = 0; number < 600; number++) [machine, other][number % 2]?.records.topology.apply(numbered(number));
    bringTogether(machine, other);
    expect(machine.records.topology.count).toBe(600);
  });

  it('by what has been announced anew, or taken off', () => {
    both(Array.from({ length: 300 }, (_, number) => numbered(number)));
    for (const number of [3, 77, 200]) hears(machine, numbered(number, { seq: THEN_MS + 5 }));
    for (const number of [4, 78]) hears(other, numbered(number, { seq: THEN_MS + 5, active: false }));
    const { bytes } = bringTogether(machine, other);
    expect(bytes).toBeLessThan(12_000);
  });

  it('by 3 of 20,000: some kilobytes', () => {
    both(Array.from({ length: 20_000 }, (_, number) => numbered(number)));
    for (const number of [3, 7_777, 12_345]) hears(machine, numbered(number, { seq: THEN_MS + 5 }));
    const { bytes } = bringTogether(machine, other);
    expect(bytes).toBeLessThan(10_000);
  });

  it('an answer holds no more than a frame does', () => {
    for (let number = 0; number < 700; number++) other.records.topology.apply(numbered(number));
    const [question] = machine.receive('B', digestOf(other, { isAnswer: true })).messages;
    const [answer] = other.receive('A', question?.message as Message).messages;
    expect(answer?.message).toMatchObject({ type: 'map-answer', next: expect.any(String) });
    const sent = (answer?.message as MapAnswer | undefined)?.signed.length;
    expect(sent).toBeGreaterThan(20);
    expect(sent).toBeLessThanOrEqual(32);
  });

  it('one that answers with lies costs one question an answer', () => {
    both([numbered(1), numbered(2)]);
    const lie: MapAnswer = {
      ...{ type: 'map-answer', slot: slotOf(THEN_MS), next: 'ffff', signed: [] },
      split: Array.from({ length: 16 }, () => '0'),
    };
    const { messages, saved } = machine.receive('B', lie);
    expect([messages.length, saved]).toEqual([1, []]);
    expect(encodeMessage(messages[0]?.message as Message).length).toBeLessThan(6_000);
  });
});
