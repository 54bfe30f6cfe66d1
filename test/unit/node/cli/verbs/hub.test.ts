/** `geo hub`, with the options that every command takes before it or after it. */
import { expect, it } from 'vitest';
import { hubArguments } from '#node/cli/verbs/hub.ts';

it.each([
  ['hub start --members open', 'start --members open'],
  ['--data-dir /x hub start', 'start --data-dir /x'],
  ['--json --data-dir=/x hub blocked', 'blocked --json --data-dir=/x'],
  ['hub', ''],
])('%s', (typed, expected) => {
  expect(hubArguments(typed.split(' '))?.join(' ')).toBe(expected);
});

it.each(['status', '--data-dir hub status', 'contact add hub', ''])('nothing else is it: %s', (typed) => {
  expect(hubArguments(typed.split(' '))).toBeNull();
});
