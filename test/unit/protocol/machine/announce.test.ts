/** Announcements (§6.1): offer, consent, withdrawal, renewal. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ANNOUNCEMENT_LIFETIME_MS } from '#protocol/limits.ts';
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

describe('the other end, once it does not want to be on the map any more', () => {
  beforeEach(() => {
    machine = machineWith('B', { trustedBy: 'A' });
    machine.trust('A', 5n, announcing);
    machine.receive('A', offer('AB'));
    expect(onMap('AB')?.active).toBe(true);
  });

  const takenOff = announced('AB', { seq: THEN_MS + 1, active: false }, 'B');

  it('takes the line of its neighbour off it, by its own signature alone', () => {
    const step = machine.trust('A', 5n);
    expect(published(step)).toContainEqual({ type: 'announce', signed: takenOff });
    expect(onMap('AB')).toMatchObject({ active: false });
    expect(published(machine.trust('A', 6n))).toEqual([]);
  });

  it('and then agrees to no other offer, however new', () => {
    machine.trust('A', 5n);
    machine.nowMs += 10;
    expect(machine.receive('A', offer('AB', { seq: machine.nowMs }))).toEqual(NOTHING);
  });

  it('unless the node agrees to all; when that ends, all is taken off that no line asks for', () => {
    machine.command({ type: 'configure', announceAll: true });
    expect(published(machine.trust('A', 5n))).toEqual([]);
    expect(published(machine.command({ type: 'configure', announceAll: false }))).toEqual([
      { type: 'announce', signed: takenOff },
    ]);
  });

  it('stays on it as long as one of its lines in the equivalent says so', () => {
    expect(published(machine.trust('A', 7n, announcing))).toEqual([]);
    expect(published(machine.timer({ type: 'housekeeping', round: 0 }))).toEqual([]);
    expect(onMap('AB')?.active).toBe(true);
  });

  it('a frozen one signs it later: at the housekeeping after its owner has confirmed', () => {
    machine.command({ type: 'configure', announceAll: true });
    machine.trust('A', 5n);
    machine.markRestored();
    expect(published(machine.command({ type: 'configure', announceAll: false }))).toEqual([]);
    expect(published(machine.timer({ type: 'housekeeping', round: 0 }))).toEqual([]);
    machine.command({ type: 'confirm-restored', regardless: true });
    expect(published(machine.timer({ type: 'housekeeping', round: 0 }))).toHaveLength(1);
    expect(onMap('AB')?.active).toBe(false);
  });

  it('and the owner, who hears of it, offers it in vain, and takes nothing off itself', () => {
    machine.trust('A', 5n);
    const owner = new Machine('A');
    owner.link('B');
    owner.trust('B', 5n, announcing);
    owner.receive('B', { type: 'announcements', signed: [announced('AB')] });
    owner.feed({ type: 'gossip', signed: takenOff });
    expect(owner.records.topology.get(key('A'), key('B'), UAH)).toEqual(takenOff);
    const step = owner.timer({ type: 'housekeeping', round: 0 });
    expect([step.sent[0], published(step)]).toEqual(['announcement-offer → B', []]);
  });
});
