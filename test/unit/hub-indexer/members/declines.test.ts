import { expect, it } from 'vitest';
import { AwaitedDeclines } from '#hub-indexer/members/declines.ts';
import type { Message } from '#protocol/link.ts';
import { settled } from '#test/support/driver.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { draft, key } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const WAIT_MS = 1_000;
const { header, txId, decline } = draft('ABC');

function waiting() {
  const clock = new ManualClock(THEN_MS);
  const declines = new AwaitedDeclines(clock);
  const put: Message[] = [];
  const ask = () => declines.ask(header, WAIT_MS, (question) => void put.push(question));
  return { clock, declines, put, ask };
}

it('the receiver is asked once for all who wait, and its word ends the waiting', async () => {
  const { declines, put, ask } = waiting();
  const both = [ask(), ask()];
  expect(put).toMatchObject([{ type: 'resolve', txId, header }]);
  expect(declines.isAny).toBe(true);
  declines.hear(key('C'), decline);
  expect(await Promise.all(both)).toEqual([decline, decline]);
  expect(declines.isAny).toBe(false);
});

it('of anybody else it is not heard, nor about another attempt, nor is another message', async () => {
  const { clock, declines, ask } = waiting();
  const asked = ask();
  declines.hear(key('B'), decline);
  declines.hear(key('C'), { ...decline, txId: '0a'.repeat(32) } as Message);
  declines.hear(key('C'), { type: 'recover', restoredAtMs: null });
  clock.advance(WAIT_MS - 1);
  await settled();
  expect(declines.isAny).toBe(true);
  clock.advance(1);
  expect(await asked).toBeNull();
});
