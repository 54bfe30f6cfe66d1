import { describe, expect, it } from 'vitest';
import { LINK_LIFETIME_MS, type UiSession, UiSessions } from '#node/api/ui-sessions.ts';

const NOW_MS = 1_000_000;

function opened(sessions: UiSessions): UiSession {
  const session = sessions.open(sessions.makeLink(NOW_MS).secret, NOW_MS);
  if (typeof session === 'string') throw new Error(session);
  return session;
}

describe('a link', () => {
  it('works once', () => {
    const sessions = new UiSessions();
    const { secret, expiresAtMs } = sessions.makeLink(NOW_MS);
    expect(expiresAtMs).toBe(NOW_MS + LINK_LIFETIME_MS);
    const session = sessions.open(secret, expiresAtMs - 1) as UiSession;
    expect(sessions.isGood(session)).toBe(true);
    expect(sessions.open(secret, NOW_MS)).toBe('unknown');
  });

  it('works for a minute', () => {
    const sessions = new UiSessions();
    const { secret, expiresAtMs } = sessions.makeLink(NOW_MS);
    expect(sessions.open(secret, expiresAtMs)).toBe('expired');
    expect(sessions.open(secret, NOW_MS)).toBe('unknown');
  });

  it('gives way when there are too many', () => {
    const sessions = new UiSessions();
    const { secret } = sessions.makeLink(NOW_MS);
    const others = Array.from({ length: 16 }, () => sessions.makeLink(NOW_MS).secret);
    expect(sessions.open(secret, NOW_MS)).toBe('unknown');
    expect(typeof sessions.open(others[0] as string, NOW_MS)).toBe('object');
  });
});

describe('a session', () => {
  it('needs both of its halves, and those of one session', () => {
    const sessions = new UiSessions();
    const [one, other] = [opened(sessions), opened(sessions)];
    expect([one, other].map((session) => sessions.isGood(session))).toEqual([true, true]);
    expect(sessions.isGood({ cookie: one.cookie, key: other.key })).toBe(false);
    expect(sessions.isGood({ cookie: one.cookie, key: '' })).toBe(false);
    expect(sessions.isGood({ cookie: '', key: one.key })).toBe(false);
    expect(new UiSessions().isGood(one)).toBe(false);
  });

  it('gives way when there are too many', () => {
    const sessions = new UiSessions();
    const first = opened(sessions);
    const others = Array.from({ length: 64 }, () => opened(sessions));
    expect(sessions.isGood(first)).toBe(false);
    expect(others.every((session) => sessions.isGood(session))).toBe(true);
  });
});
