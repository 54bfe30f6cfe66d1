/** What messages about the map may cost a node (§6.3). */
import { beforeEach, describe, expect, it } from 'vitest';
import { MapTraffic } from '#node/map-traffic.ts';
import { createMetrics, type Metrics } from '#node/metrics.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import type { MapAnswer, MapAsk } from '#protocol/map-messages.ts';
import type { Verify } from '#protocol/statement.ts';
import { slotOf } from '#protocol/topology.ts';
import { isFault } from '#protocol/verify.ts';
import { announced, numbered, offer } from '#test/support/announcements.ts';
import { type Machine, machineWith } from '#test/support/machine.ts';
import { draft, key, verify } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const slot = slotOf(THEN_MS);
const ask: MapAsk = { type: 'map-ask', slot, groups: [{ prefix: '', from: 0, digests: [null] }] };
const digest: Message = { type: 'map-digest', slot, count: 7, digest: '00'.repeat(8), isAnswer: true };
const frameOf = (message: Message): Uint8Array => encodeMessage(message);
const answerOf = (...signed: MapAnswer['signed']): MapAnswer => ({
  type: 'map-answer',
  slot,
  split: [],
  next: null,
  signed,
});
const emptyAnswer = frameOf(answerOf());
const manyFrame = frameOf({ type: 'announcements', signed: Array.from({ length: 100 }, (_, at) => numbered(at)) });

let machine: Machine;
let metrics: Metrics;
let verified: number;
let traffic: MapTraffic;

/** A has an account with B and C, none with Z. */
beforeEach(() => {
  machine = machineWith('A', { trusts: 'BC' });
  metrics = createMetrics();
  verified = 0;
  const counting: Verify = (statement, signature) => {
    verified++;
    return verify(statement, signature);
  };
  traffic = new MapTraffic({ records: machine.records, verify: counting, metrics });
});

async function dropped(): Promise<Record<string, number>> {
  const { values } = await metrics.mapFramesDropped.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.why, value]));
}

describe('by its first bytes', () => {
  it.each<[string, Message]>([
    ['an offer', offer('BA')],
    ['a digest', digest],
    ['announcements', { type: 'announcements', signed: [announced('CD')] }],
    ['a question', ask],
    ['an answer', answerOf(announced('CD'))],
  ])('%s is about the map', (_what, message) => expect(traffic.isAbout(frameOf(message))).toBe(true));

  it.each([
    ['a payment', frameOf(draft('BAC').prepare(1))],
    ['a later message', Uint8Array.of(0x82, 0x18, 0x63, 0x01)],
    ['half a head', Uint8Array.of(0x82, 0x18)],
    ['no array', Uint8Array.of(0x0a, 0x0a)],
    ['nothing', new Uint8Array(0)],
  ])('%s is not', (_what, frame) => expect(traffic.isAbout(frame)).toBe(false));
});

describe('announcements', () => {
  it('of a neighbour are read at a rate, 500 at once', async () => {
    let read = 0;
    while (traffic.admit(key('B'), manyFrame) === 0) read++;
    expect(read * 100).toBeGreaterThan(200);
    expect(read * 100).toBeLessThan(1_000);
    expect(traffic.admit(key('C'), manyFrame)).toBe(0);
    expect(await dropped()).toEqual({ 'too-many': 1 });
  });

  it('of strangers, and their offers, are not read at all', async () => {
    expect(traffic.admit(key('Z'), manyFrame)).toBeNull();
    expect(traffic.admit(key('Z'), frameOf(offer('ZA')))).toBeNull();
    expect(await dropped()).toEqual({ stranger: 2 });
  });

  it('of one who opened a line unasked, and is not trusted, are not read; its offers are', async () => {
    machine.trustedBy('D', 5n);
    expect(traffic.admit(key('D'), manyFrame)).toBeNull();
    expect(traffic.admit(key('D'), frameOf(offer('DA')))).toBe(0);
    expect(await dropped()).toEqual({ stranger: 1 });
  });

  it('are verified a few at a time, and what comes meanwhile does not wait for all', async () => {
    const signed = Array.from({ length: 40 }, (_, at) => numbered(at));
    const all = traffic.verify(key('B'), { type: 'announcements', signed }, () => THEN_MS);
    const seen: number[] = [];
    do {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(verified);
    } while (seen.at(-1) !== 80);
    expect(await all).toEqual({ type: 'announcements', signed });
    expect(Math.max(...seen.map((count, at) => count - (seen[at - 1] ?? 0)))).toBe(2);
  });

  it('of which one is forged: none is taken, and nothing more of the sender about the map is read', async () => {
    const forged = { ...numbered(9), fromSignature: new Uint8Array(64) };
    const message = {
      type: 'announcements',
      signed: [forged, ...Array.from({ length: 99 }, (_, at) => numbered(at + 10))],
    } as const;
    expect(isFault(await traffic.verify(key('B'), message, () => THEN_MS))).toBe(true);
    expect(verified).toBe(1);
    for (const frame of [manyFrame, frameOf(digest), frameOf(ask)]) expect(traffic.admit(key('B'), frame)).toBeNull();
    expect(traffic.admit(key('C'), manyFrame)).toBe(0);
    expect(await dropped()).toEqual({ condemned: 3 });
  });
});

describe('questions', () => {
  it('to one participant go one at a time, and its answer is read once', async () => {
    expect(traffic.admit(key('B'), emptyAnswer)).toBeNull();
    expect(traffic.maySend(key('B'), ask)).toBe(true);
    expect(traffic.maySend(key('B'), ask)).toBe(false);
    expect(traffic.admit(key('C'), emptyAnswer)).toBeNull();
    expect(traffic.admit(key('B'), emptyAnswer)).toBe(0);
    expect(traffic.admit(key('B'), emptyAnswer)).toBeNull();
    expect(traffic.maySend(key('B'), ask)).toBe(true);
    expect(await dropped()).toEqual({ unasked: 3 });
    traffic.linkDown(key('B'));
    expect(traffic.maySend(key('B'), ask)).toBe(true);
  });

  it('go to four participants at once', () => {
    expect([...'BCDEFG'].map((name) => traffic.maySend(key(name), ask))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    traffic.admit(key('C'), emptyAnswer);
    expect(traffic.maySend(key('G'), ask)).toBe(true);
  });

  it('end where 65 answers in a row brought no news; one with news makes up for the rest', async () => {
    const round = async (answer: MapAnswer): Promise<boolean> => {
      if (!traffic.maySend(key('B'), ask)) return false;
      expect(traffic.admit(key('B'), frameOf(answer))).toBe(0);
      await traffic.verify(key('B'), answer, () => THEN_MS);
      return true;
    };
    for (let at = 0; at < 60; at++) expect(await round(answerOf())).toBe(true);
    expect(await round(answerOf(numbered(1)))).toBe(true);
    let asked = 0;
    while (await round(answerOf())) asked++;
    expect(asked).toBe(65);
    expect(traffic.maySend(key('C'), ask)).toBe(true);
  });

  it('of a neighbour wait for their turn beyond the rate; a stranger may ask a few', () => {
    const waits = (name: string, count: number) =>
      Array.from({ length: count }, () => traffic.admit(key(name), frameOf(ask)));
    expect(waits('B', 200)).toEqual(Array.from({ length: 200 }, () => 0));
    const later = waits('B', 2_000);
    expect(later.some((wait) => wait !== null && wait > 0)).toBe(true);
    expect(later.at(-1)).toBeNull();
    expect(waits('Z', 5).filter((wait) => wait === 0)).toHaveLength(4);
    expect(waits('Z', 200).at(-1)).toBeNull();
  });
});

describe('the digest', () => {
  it('of a stranger is an answer only where it was asked for', () => {
    expect(traffic.isExpected(key('Z'), digest)).toBe(false);
    expect(traffic.isExpected(key('B'), digest)).toBe(true);
    expect(traffic.maySend(key('Z'), { ...digest, isAnswer: false })).toBe(true);
    expect(traffic.isExpected(key('Z'), digest)).toBe(true);
  });

  it('comes at a rate', () => {
    const admitted = Array.from({ length: 200 }, () => traffic.admit(key('B'), frameOf(digest)));
    expect(admitted.slice(0, 32)).toEqual(Array.from({ length: 32 }, () => 0));
    expect(admitted.at(-1)).toBeNull();
  });
});
