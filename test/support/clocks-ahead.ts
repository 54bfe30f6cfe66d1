/** All clocks of a test's process, that of the code of a browser among them, set forward together. */
import { afterAll, beforeAll, vi } from 'vitest';

/** Sets `Date.now` forward for the rest of the file's tests: by what the result is called with. */
export function clocksAhead(): (byMs: number) => void {
  const systemNow = Date.now;
  let aheadMs = 0;
  beforeAll(() => void vi.spyOn(Date, 'now').mockImplementation(() => systemNow() + aheadMs));
  afterAll(() => void vi.restoreAllMocks());
  return (byMs) => {
    aheadMs += byMs;
  };
}
