/** What proves a twin, and what a neighbour could have made up or kept. */
import { expect, it } from 'vitest';
import { judgeTwin, type OwnPast } from '#node/p2p/twins.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { decodeMessage, encodeMessage, type Hello, instanceStatement } from '#protocol/link.ts';
import { type Person, person, THEN_MS } from '#test/support/people.ts';

const [self, neighbour] = [person(1), person(2)];
const EARLIER = 'ee'.repeat(16);
const TWIN = '22'.repeat(16);

const own: OwnPast = {
  publicKey: self.key,
  network: 'geo-test',
  isOwn: ({ instance }) => instance === EARLIER,
  restoredAtMs: () => null,
};
const lost: OwnPast = { ...own, restoredAtMs: () => THEN_MS };

/** As `signer` would say it of the identity of `self`, changed afterwards by `forged`. */
function hello(given: Partial<Hello> = {}, signer: Person = self, forged: Partial<Hello> = {}): Uint8Array {
  const instance = { network: 'geo-test', instance: TWIN, startedAtMs: THEN_MS, ...given };
  const signature = signer.sign(instanceStatement(instance, self.key));
  return encodeMessage({ type: 'hello', versions: [1], capabilities: [], ...instance, signature, ...forged });
}

it.each([
  ['of a node that never lost anything', own, hello()],
  ['that is older than this node', own, hello({ startedAtMs: 0 })],
  ['that started after the loss', lost, hello({ startedAtMs: THEN_MS + 1 })],
  ['of a clock that is as fast as it may be', own, hello({ startedAtMs: THEN_MS + MAX_CLOCK_SKEW_MS })],
  ['that speaks other versions', own, hello({ versions: [7], capabilities: ['teleport'] })],
])('a twin %s is proven', (_what, past, frame) => {
  expect(judgeTwin(frame, past, THEN_MS)).toEqual(decodeMessage(frame));
});

it.each([
  ['signed by the neighbour', own, hello({}, neighbour), 'not signed'],
  ['signed of another instance', own, hello({}, self, { instance: '33'.repeat(16) }), 'not signed'],
  ['signed of another time', lost, hello({}, self, { startedAtMs: THEN_MS + 1 }), 'not signed'],
  ['signed in another network', own, hello({ network: 'other' }, self, { network: 'geo-test' }), 'not signed'],
  ['of another network', own, hello({ network: 'other' }), 'another network'],
  ['of an own earlier start', own, hello({ instance: EARLIER }), 'this node itself'],
  ['of before the loss', lost, hello({ startedAtMs: THEN_MS - 1 }), 'before the loss'],
  ['of the moment of the loss', lost, hello(), 'before the loss'],
  ['of the future', own, hello({ startedAtMs: THEN_MS + MAX_CLOCK_SKEW_MS + 1 }), 'the future'],
  ['with a byte too many', own, Uint8Array.from([...hello(), 0]), 'no HELLO'],
  ['that is another message', own, encodeMessage({ type: 'recover', restoredAtMs: null }), 'no HELLO'],
  ['that is an instance alone', own, new Uint8Array(16), 'no HELLO'],
])('a HELLO %s proves nothing', (_what, past, frame, why) => {
  expect(judgeTwin(frame, past, THEN_MS)).toContain(why);
});
