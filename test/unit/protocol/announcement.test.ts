import { describe, expect, it } from 'vitest';
import {
  announcementFlaw,
  isTimely,
  judgeAnnouncement,
  type SignedAnnouncement,
  supersedes,
} from '#protocol/announcement.ts';
import { ANNOUNCEMENT_LIFETIME_MS } from '#protocol/limits.ts';
import { announced, announcement } from '#test/support/announcements.ts';
import { NETWORK, verify } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

function judge(signed: SignedAnnouncement, known?: SignedAnnouncement, nowMs = THEN_MS) {
  return judgeAnnouncement(signed, { network: NETWORK, nowMs, known, verify });
}

describe('accepted: stored and passed on', () => {
  it('active, signed by both', () => expect(judge(announced('AB'))).toBe('accept'));

  it.each(['A', 'B', 'AB'])('inactive, signed by %s', (signers) => {
    expect(judge(announced('AB', { active: false }, signers))).toBe('accept');
  });

  it('newer than the one that is known, or as new and inactive', () => {
    const known = announced('AB');
    expect(judge(announced('AB', { seq: THEN_MS + 1 }), known)).toBe('accept');
    expect(judge(announced('AB', { active: false }, 'B'), known)).toBe('accept');
  });

  it('a minute ahead of this clock, and to the last millisecond of its life', () => {
    expect(judge(announced('AB', { seq: THEN_MS + 60_000 }))).toBe('accept');
    expect(judge(announced('AB'), undefined, THEN_MS + ANNOUNCEMENT_LIFETIME_MS - 1)).toBe('accept');
  });
});

describe('ignored: nobody is blamed', () => {
  it('expired', () => {
    expect(judge(announced('AB'), undefined, THEN_MS + ANNOUNCEMENT_LIFETIME_MS)).toBe('ignore');
  });

  it('more than a minute from the future', () => {
    expect(judge(announced('AB', { seq: THEN_MS + 60_001 }))).toBe('ignore');
  });

  it('known, or older than what is known', () => {
    const known = announced('AB');
    expect(judge(known, known)).toBe('ignore');
    expect(judge(announced('AB', { seq: THEN_MS - 1 }), known)).toBe('ignore');
    const withdrawn = announced('AB', { active: false }, 'A');
    expect(judge(withdrawn, withdrawn)).toBe('ignore');
    expect(judge(known, withdrawn)).toBe('ignore');
  });

  it('as new as what is known, and not the one that stands', () => {
    const [early, late] = [
      announced('AB', { expiresAtMs: THEN_MS + 1 }),
      announced('AB', { expiresAtMs: THEN_MS + 2 }),
    ];
    expect([judge(early, late), judge(late, early)]).toEqual(['ignore', 'accept']);
  });

  it('what was taken off a map, once nothing that it replaces can be live', () => {
    const taken = announced('AB', { active: false, expiresAtMs: THEN_MS + 1 }, 'A');
    expect(judge(taken, undefined, THEN_MS + ANNOUNCEMENT_LIFETIME_MS - 1)).toBe('accept');
    expect(judge(taken, undefined, THEN_MS + ANNOUNCEMENT_LIFETIME_MS)).toBe('ignore');
  });

  it('old and forged: age is looked at first, so that signatures of old news cost nothing', () => {
    const forged = { ...announced('AB'), toSignature: new Uint8Array(64) };
    expect(judge(forged, undefined, THEN_MS + ANNOUNCEMENT_LIFETIME_MS)).toBe('ignore');
  });
});

describe('rejected: the sender is blamed', () => {
  it('another network, a line to oneself, too long a life', () => {
    expect(judge(announced('AB', { network: 'elsewhere' }))).toBe('reject');
    expect(judge(announced('AA'))).toBe('reject');
    expect(judge(announced('AB', { expiresAtMs: THEN_MS + ANNOUNCEMENT_LIFETIME_MS + 1 }))).toBe('reject');
  });

  it.each(['', 'A', 'B'])('active, signed by "%s" only', (signers) => {
    expect(judge(announced('AB', {}, signers))).toBe('reject');
  });

  it('inactive, signed by nobody', () => expect(judge(announced('AB', { active: false }, ''))).toBe('reject'));

  it('one signature is not one, whatever the other is', () => {
    const { fromSignature, toSignature, ...rest } = announced('AB');
    const nothing = new Uint8Array(64);
    expect(judge({ ...rest, fromSignature: nothing, toSignature })).toBe('reject');
    expect(judge({ ...rest, fromSignature, toSignature: nothing })).toBe('reject');
    expect(judge({ ...rest, fromSignature: toSignature, toSignature: fromSignature })).toBe('reject');
    const ended = announced('AB', { active: false }, 'A');
    expect(judge({ ...ended, toSignature: nothing })).toBe('reject');
    expect(judge({ ...ended, announcement: { ...ended.announcement, equivalent: 'hour' } })).toBe('reject');
  });
});

it('flaws are told in words', () => {
  expect(announcementFlaw(announcement('AB'), NETWORK)).toBeNull();
  expect(announcementFlaw(announcement('AB'), 'elsewhere')).toBe('an announcement is of another network');
  expect(announcementFlaw(announcement('AA'), NETWORK)).toBe('an announcement is of a line to oneself');
  const long = announcement('AB', { expiresAtMs: THEN_MS + ANNOUNCEMENT_LIFETIME_MS + 1 });
  expect(announcementFlaw(long, NETWORK)).toBe('an announcement lives too long');
});

it('timely is a question of both ends of its life', () => {
  expect(isTimely(announcement('AB'), THEN_MS - 60_000)).toBe(true);
  expect(isTimely(announcement('AB'), THEN_MS - 60_001)).toBe(false);
  expect(isTimely(announcement('AB', { expiresAtMs: THEN_MS + 1 }), THEN_MS)).toBe(true);
  expect(isTimely(announcement('AB', { expiresAtMs: THEN_MS }), THEN_MS)).toBe(false);
});

it('of two, the higher seq; at one seq, inactive over active and nothing else', () => {
  const old = announcement('AB', { seq: 1 });
  const ended = announcement('AB', { seq: 1, active: false });
  const next = announcement('AB', { seq: 2 });
  expect([supersedes(next, old), supersedes(old, next)]).toEqual([true, false]);
  expect([supersedes({ ...old }, old), supersedes(ended, old), supersedes(old, ended)]).toEqual([false, true, false]);
  expect(supersedes(next, ended)).toBe(true);
});
