import { describe, expect, it } from 'vitest';
import { EventLog, type LoggedEvent } from '#node/api/event-log.ts';
import { person } from '#test/support/people.ts';

const INSTANCE = 'ab'.repeat(16);
const happening = { type: 'link-up', neighbour: person(2).key } as const;

function logOf(events: number, kept: number): EventLog {
  const log = new EventLog(INSTANCE, kept);
  for (let at = 1; at <= events; at++) log.append(happening, at);
  return log;
}

const numbers = (events: LoggedEvent[] | null) => events?.map(({ number }) => number) ?? null;

describe('the event log', () => {
  it('gives what came after a cursor', () => {
    const log = logOf(5, 10);
    expect(numbers(log.since(log.cursorOf(3)))).toEqual([4, 5]);
    expect(numbers(log.since(log.cursorOf(0)))).toEqual([1, 2, 3, 4, 5]);
    expect(numbers(log.since(log.cursor))).toEqual([]);
  });

  it('keeps the latest only, and says when some are gone', () => {
    const log = logOf(25, 10);
    expect(numbers(log.since(log.cursorOf(15)))).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect(log.since(log.cursorOf(14))).toBeNull();
  });

  it('knows no cursor of another start or from the future', () => {
    const log = logOf(5, 10);
    expect(log.since(`${'cd'.repeat(16)}:3`)).toBeNull();
    expect(log.since(log.cursorOf(6))).toBeNull();
  });

  it('tells each event once to those who listen', () => {
    const log = logOf(2, 10);
    const seen: number[] = [];
    const end = log.subscribe(({ number }) => seen.push(number));
    log.append(happening, 3);
    end();
    log.append(happening, 4);
    expect(seen).toEqual([3]);
    expect(log.cursor).toBe(`${INSTANCE}:4`);
  });
});
