/** Announcements (§6.1) and the comparison of maps (§6.3): offer, consent, withdrawal, renewal, digests. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ANNOUNCEMENT_LIFETIME_MS, MAX_ANNOUNCEMENTS_PER_FRAME } from '#protocol/limits.ts';
import type { MapDigest } from '#protocol/link.ts';
import { announced, announcement, offer } from '#test/support/announcements.ts';
import { lineMessage, Machine, machineWith, NOTHING } from '#test/support/machine.ts';
import { key, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const announcing = { policy: { announce: true } };
let machine: Machine;

function onMap(names: string) {
  const [from, to] = [...names].map(key) as [Machine['key'], Machine['key']];
  return machine.records.topology.get(from, to, UAH)?.announcement;
}

const published = (step: { notices: readonly { type: string }[] }) =>
  step.notices.filter(({ type }) => type === 'announce');

describe('the owner of a line', () => {
  beforeEach(() => {
    machine = new Machine('A');
    machine.link('B');
  });

  it('offers it to the other end when it is to be announced', () => {
    const step = machine.trust('B', 5n, announcing);
    expect(step.sent).toEqual(['trust-line → B', 'announcement-offer → B']);
    expect(step.messages[1]?.message).toEqual(offer('AB'));
    expect(published(step)).toEqual([]);
    expect(onMap('AB')).toBeUndefined();
  });

  it('does not, when it is not', () => {
    expect(machine.trust('B', 5n).sent).toEqual(['trust-line → B']);
  });

  it('does, whatever the line says, when the node announces all', () => {
    machine.command({ type: 'configure', announceAll: true });
    expect(machine.trust('B', 5n).sent).toContain('announcement-offer → B');
    expect(machine.command({ type: 'configure', announceAll: true })).toEqual(NOTHING);
  });

  it.each(['frozen', 'closed'] as const)('not a line that is %s', (status) => {
    expect(machine.trust('B', 5n, { status, ...announcing }).sent).toEqual(['trust-line → B']);
  });

  it('takes what the other end has signed onto its map', () => {
    machine.trust('B', 5n, announcing);
    machine.receive('B', { type: 'announcements', signed: [announced('AB')] });
    expect(onMap('AB')).toEqual(announcement('AB'));
  });

  it.each([
    ['is closed', { status: 'closed', ...announcing }],
    ['is frozen', { status: 'frozen', ...announcing }],
    ['is not to be announced any more', {}],
  ] as const)('withdraws it when it %s: signed by itself alone, newer than what is known', (_when, options) => {
    machine.trust('B', 5n, announcing);
    machine.feed({ type: 'gossip', signed: announced('AB', { seq: THEN_MS + 30_000 }) });
    const step = machine.trust('B', 5n, options);
    const signed = announced('AB', { seq: THEN_MS + 30_001, active: false }, 'A');
    expect(published(step)).toEqual([{ type: 'announce', signed }]);
    expect(onMap('AB')).toMatchObject({ active: false });
    expect(published(machine.trust('B', 6n, options))).toEqual([]);
  });

  it('has nothing to withdraw that was never on the map', () => {
    expect(machine.trust('B', 5n, { status: 'closed' }).notices.map(({ type }) => type)).toEqual(['trust-line']);
  });

  it('offers it again on link up and at housekeeping, while it is not on the map', () => {
    machine.trust('B', 5n, announcing);
    machine.nowMs += 1_000;
    const again = offer('AB', { seq: machine.nowMs });
    expect(machine.relink('B').messages.at(-1)?.message).toEqual(again);
    expect(machine.timer({ type: 'housekeeping', round: 0 }).messages[0]?.message).toEqual(again);
    machine.unlink('B');
    expect(machine.timer({ type: 'housekeeping', round: 0 })).toEqual(NOTHING);
    machine.link('B');
    machine.feed({ type: 'gossip', signed: announced('AB') });
    expect(machine.relink('B').sent).not.toContain('announcement-offer → B');
  });

  it('on link up offers only its own active lines to that neighbour', () => {
    machine.trust('B', 5n, announcing);
    expect(machine.link('C').sent).toEqual([]);
    machine.command({ type: 'configure', announceAll: true });
    machine.receive('B', lineMessage('B', 'A', 5n, announcing));
    machine.trust('C', 5n, { status: 'frozen', ...announcing });
    expect(machine.relink('B').sent).toEqual(['trust-line → B', 'announcement-offer → B']);
    expect(machine.relink('C').sent).toEqual(['trust-line → C']);
  });

  it('renews it in the second half of its life', () => {
    machine.trust('B', 5n, announcing);
    machine.feed({ type: 'gossip', signed: announced('AB') });
    machine.nowMs = THEN_MS + ANNOUNCEMENT_LIFETIME_MS / 2 - 1;
    expect(machine.timer({ type: 'housekeeping', round: 0 }).sent).toEqual(['map-digest → B']);
    machine.nowMs++;
    const step = machine.timer({ type: 'housekeeping', round: 0 });
    expect(step.messages[0]?.message).toEqual(offer('AB', { seq: machine.nowMs }));
  });

  it('offers again what was withdrawn and is wanted again', () => {
    machine.trust('B', 5n, announcing);
    machine.feed({ type: 'gossip', signed: announced('AB') });
    machine.trust('B', 5n);
    expect(onMap('AB')?.active).toBe(false);
    expect(machine.trust('B', 5n, announcing).sent).toContain('announcement-offer → B');
  });
});

describe('the other end', () => {
  beforeEach(() => {
    machine = machineWith('B', { trustedBy: 'A' });
  });

  it('is on no map unasked: without consent no answer and no trace', () => {
    expect(machine.receive('A', offer('AB'))).toEqual(NOTHING);
    machine.trust('A', 5n);
    expect(machine.receive('A', offer('AB'))).toEqual(NOTHING);
  });

  it('agrees when its own line to the owner is announced', () => {
    machine.trust('A', 5n, announcing);
    const step = machine.receive('A', offer('AB'));
    expect(step.messages.map(({ message }) => message)).toEqual([{ type: 'announcements', signed: [announced('AB')] }]);
    expect(published(step)).toEqual([{ type: 'announce', signed: announced('AB') }]);
    expect(onMap('AB')).toEqual(announcement('AB'));
  });

  it('agrees when the node agrees to all', () => {
    machine.command({ type: 'configure', announceAll: true });
    expect(machine.receive('A', offer('AB')).sent).toEqual(['announcements → A']);
  });

  describe('that agrees to all', () => {
    beforeEach(() => {
      machine.command({ type: 'configure', announceAll: true });
    });

    it('not to a line that it does not have, or that is not active', () => {
      expect(machine.receive('C', offer('CB'))).toEqual(NOTHING);
      machine.trustedBy('A', 5n, { seq: THEN_MS + 1, status: 'frozen' });
      expect(machine.receive('A', offer('AB'))).toEqual(NOTHING);
    });

    it('not to one from the future, nor to one that has ended', () => {
      expect(machine.receive('A', offer('AB', { seq: THEN_MS + 60_001 }))).toEqual(NOTHING);
      expect(machine.receive('A', offer('AB', { expiresAtMs: THEN_MS }))).toEqual(NOTHING);
      expect(machine.receive('A', offer('AB', { seq: THEN_MS + 60_000 })).sent).toEqual(['announcements → A']);
    });

    it('not to one that is older than what the map holds', () => {
      machine.feed({ type: 'gossip', signed: announced('AB', { seq: THEN_MS + 5, active: false }, 'A') });
      expect(machine.receive('A', offer('AB', { seq: THEN_MS + 4 }))).toEqual(NOTHING);
      expect(machine.receive('A', offer('AB', { seq: THEN_MS + 5 }))).toEqual(NOTHING);
      expect(machine.receive('A', offer('AB', { seq: THEN_MS + 6 })).sent).toEqual(['announcements → A']);
    });
  });
});

describe('gossip and maps of neighbours', () => {
  beforeEach(() => {
    machine = new Machine('A');
    machine.link('B');
  });

  it('are taken onto the map', () => {
    machine.feed({ type: 'gossip', signed: announced('CD') });
    const message = { type: 'announcements', signed: [announced('DE'), announced('EF')] } as const;
    expect(machine.receive('B', message).notices).toEqual([{ type: 'map', changed: 2 }]);
    expect(machine.receive('B', message)).toEqual(NOTHING);
    expect([onMap('CD'), onMap('DE'), onMap('EF')].map((known) => known?.active)).toEqual([true, true, true]);
  });

  it('what is old or known is taken out of a message, the rest stays', () => {
    machine.feed({ type: 'gossip', signed: announced('CD', { seq: THEN_MS - 5 }) });
    const message = {
      type: 'announcements',
      signed: [announced('CD', { seq: THEN_MS - 6 }), announced('DE'), announced('CD', { expiresAtMs: THEN_MS })],
    } as const;
    expect(machine.read('B', message)).toEqual({ type: 'announcements', signed: [announced('DE')] });
    machine.receive('B', message);
    expect(onMap('CD')?.seq).toBe(THEN_MS - 5);
  });

  it('two of one line in one message: the newer stands, in whatever order', () => {
    const [older, newer] = [announced('CD'), announced('CD', { seq: THEN_MS + 1 })];
    for (const signed of [
      [older, newer],
      [newer, older],
    ]) {
      machine = new Machine('A');
      machine.receive('B', { type: 'announcements', signed });
      expect(onMap('CD')?.seq).toBe(THEN_MS + 1);
    }
  });

  it('link up: the digest, unless the map is empty', () => {
    expect(machine.relink('B')).toEqual(NOTHING);
    machine.feed({ type: 'gossip', signed: announced('CD') });
    const { count, digest } = machine.records.topology;
    expect(count).toBe(1);
    expect(machine.relink('B').messages.map(({ message }) => message)).toEqual([
      { type: 'map-digest', count, digest, isAnswer: false },
    ]);
  });

  it('housekeeping: the digest to one neighbour in turn', () => {
    machine.link('C');
    const asked = [0, 1, 2].map((round) => machine.timer({ type: 'housekeeping', round }).sent);
    expect(asked).toEqual([['map-digest → B'], ['map-digest → C'], ['map-digest → B']]);
  });

  const digestOf = (change: Partial<MapDigest> = {}): MapDigest => {
    const { count, digest } = machine.records.topology;
    return { type: 'map-digest', count, digest, isAnswer: false, ...change };
  };

  it('the same map: nothing to say', () => {
    machine.feed({ type: 'gossip', signed: announced('CD') });
    expect(machine.receive('B', digestOf())).toEqual(NOTHING);
  });

  it.each([
    ['digest', { digest: '00000000000000aa' }],
    ['count', { count: 7 }],
  ])('another %s: all that has not ended, and the own digest as the answer', (_what, change) => {
    machine.feed({ type: 'gossip', signed: announced('CD') });
    machine.feed({ type: 'gossip', signed: announced('DE', { expiresAtMs: THEN_MS + 10 }) });
    machine.nowMs += 10;
    const { messages } = machine.receive('B', digestOf(change));
    expect(messages.map(({ message }) => message)).toEqual([
      { type: 'announcements', signed: [announced('CD')] },
      digestOf({ isAnswer: true }),
    ]);
    expect(machine.receive('B', digestOf({ ...change, isAnswer: true })).sent).toEqual(['announcements → B']);
  });

  it('an empty map has nothing to give, and asks', () => {
    expect(machine.receive('B', digestOf({ count: 7 })).sent).toEqual(['map-digest → B']);
    expect(machine.receive('B', digestOf({ count: 7, isAnswer: true }))).toEqual(NOTHING);
  });

  it('a large map goes in frames of 160', () => {
    for (let number = 0; number <= MAX_ANNOUNCEMENTS_PER_FRAME; number++) {
      machine.feed({ type: 'gossip', signed: announced(`C${String.fromCharCode(100 + number)}`) });
    }
    const { messages } = machine.receive('B', digestOf({ count: 0, isAnswer: true }));
    expect(messages.map(({ message }) => (message.type === 'announcements' ? message.signed.length : 0))).toEqual([
      160, 1,
    ]);
  });

  it('two that differ end with one map, by one comparison', () => {
    const other = new Machine('B');
    machine.feed({ type: 'gossip', signed: announced('CD', { seq: THEN_MS + 1 }) });
    machine.feed({ type: 'gossip', signed: announced('EF') });
    other.feed({ type: 'gossip', signed: announced('CD') });
    other.feed({ type: 'gossip', signed: announced('GH') });
    const toOther = machine.timer({ type: 'housekeeping', round: 0 }).messages;
    const answers = toOther.flatMap(({ message }) => other.receive('A', message).messages);
    const back = answers.flatMap(({ message }) => machine.receive('B', message).messages);
    for (const { message } of back) other.receive('A', message);
    expect(machine.records.topology.digest).toBe(other.records.topology.digest);
    expect(machine.records.topology.count).toBe(3);
  });
});
