import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#node/clock.ts';

const DAY_MS = 86_400_000;

describe('the clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([0, 1, 1_000, 24 * DAY_MS, 25 * DAY_MS, 100 * DAY_MS])('calls back after %d ms, not before', (delayMs) => {
    let calls = 0;
    systemClock.wakeAt(systemClock.nowMs() + delayMs, () => calls++);
    expect(calls).toBe(0);
    if (delayMs > 0) {
      vi.advanceTimersByTime(delayMs - 1);
      expect(calls).toBe(0);
    }
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
    vi.advanceTimersByTime(200 * DAY_MS);
    expect(calls).toBe(1);
  });

  it('calls back soon for a time that is past', () => {
    let calls = 0;
    systemClock.wakeAt(0, () => calls++);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
  });

  it('does not call back what was cancelled, however long it had to wait', () => {
    let calls = 0;
    const cancels = [1, 100 * DAY_MS].map((ms) => systemClock.wakeAt(systemClock.nowMs() + ms, () => calls++));
    cancels[0]?.();
    vi.advanceTimersByTime(50 * DAY_MS);
    cancels[1]?.();
    vi.advanceTimersByTime(100 * DAY_MS);
    expect([calls, vi.getTimerCount()]).toStrictEqual([0, 0]);
  });
});
