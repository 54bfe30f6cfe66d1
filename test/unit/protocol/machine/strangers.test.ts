/** Whoever has no account with a node leaves no trace in it, and cannot make it sign what could be held against it. */
import { beforeEach, expect, it } from 'vitest';
import type { Effect } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import { Records } from '#protocol/records.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { committed, person, THEN_MS, verify } from '#test/support/people.ts';

const stranger = person(1);
const node = person(2);
const certificate = committed([stranger, node]);
const { txId, header, route, signatures } = certificate;

let records: Records;
beforeEach(() => {
  records = new Records(node.key, 'geo-test');
});

function receive(message: Message, nowMs: number): readonly Effect[] {
  const verified = verifyMessage({ records, verify, nowMs }, stranger.key, message);
  if (isFault(verified)) throw new Error(verified.what);
  return step(records, { type: 'message', from: stranger.key, message: verified, nowMs }, node.sign);
}

const packet = { txId, header, route, signatures };
const questions: readonly (readonly [string, Message])[] = [
  ['PREPARE', { type: 'prepare', packet }],
  ['RESOLVE with the packet', { type: 'resolve', txId, routeIndex: 0, packet, header: null, route: null }],
  ['RESOLVE with header and route', { type: 'resolve', txId, routeIndex: 0, packet: null, header, route }],
];

it.each(questions)('%s gets no answer and leaves nothing, in time or late', (_name, message) => {
  expect(receive(message, THEN_MS)).toEqual([]);
  expect(receive(message, header.expiresAtMs + 1)).toEqual([]);
});

it.each(questions)('%s leaves nothing at a restored node either', (_name, message) => {
  records.apply({ ...records.node, restoredAtMs: THEN_MS });
  expect(receive(message, THEN_MS)).toEqual([]);
});

it('DECLINE is the one thing signed for a stranger, and showing it back does nothing', () => {
  const question: Message = { type: 'resolve', txId, routeIndex: 0, packet: null, header, route: null };
  expect(receive(question, THEN_MS)).toEqual([]);
  const effects = receive(question, header.expiresAtMs + 1);
  expect(effects.map((effect) => (effect.type === 'save' ? effect.record.type : effect.type))).toEqual([
    'node',
    'send',
  ]);
  for (const effect of effects) {
    if (effect.type === 'save') records.apply(effect.record);
    if (effect.type === 'send') expect(receive(effect.message, header.expiresAtMs + 1)).toEqual([]);
  }
  expect(records.node.restoredAtMs).toBeNull();
});
