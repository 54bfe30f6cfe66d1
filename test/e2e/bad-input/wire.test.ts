/**
 * All bad input (test/support/bad-inputs) over a real link, from a neighbour with valid keys and an account: every
 * frame is a fault that is counted and has a reason in words, nothing comes of it, and the link stays. What is stored is
 * evidence against the neighbour at most, within its bound.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Message } from '#protocol/link.ts';
import { decodeMessage } from '#protocol/link.ts';
import type { TxId } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { BAD_INPUTS, NAUGHTY } from '#test/support/bad-inputs/table.ts';
import { GOOD, type Good, Neighbour, strangers } from '#test/support/bad-inputs/wire.ts';
import { ACTS_ON_TEXT, BadInputWorld } from '#test/support/bad-inputs/world.ts';
import { type Person, person } from '#test/support/people.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';

const MALLORY = person(7);

let world: BadInputWorld;
let peer: RawPeer;
let link: Awaited<ReturnType<RawPeer['link']>>;
let neighbour: Neighbour;

beforeAll(async () => {
  world = await BadInputWorld.start();
  const { client, node } = world.alice;
  peer = await startRawPeer({ seed: MALLORY.seed });
  await client.putContact({ who: MALLORY.key, alias: 'Mallory' });
  await client.setTrustLine({ who: 'Mallory', equivalent: 'UAH', limit: '100', waitMs: 0 });
  neighbour = new Neighbour(MALLORY, node.publicKey, Date.now());
  link = await peer.link(node.addresses(), { network: GOOD.network });
  link.sendFrame(neighbour.trustLine());
  await vi.waitFor(async () => {
    const { trustLines } = await client.listTrustLines();
    expect(trustLines.find(({ neighbour }) => neighbour.name === 'Mallory')?.received).not.toBeNull();
  }, 20_000);
});

afterAll(async () => {
  await peer.stop();
  await world.stop();
});

/** What the node did with the frames so far: faults by code, and what it took. */
async function counted(): Promise<Record<string, number>> {
  const headers = { authorization: `Bearer ${world.alice.cookie}` };
  const text = await (await fetch(`${world.alice.url}/metrics`, { headers })).text();
  const counts: Record<string, number> = {};
  for (const [, name, labels = '', value] of text.matchAll(
    /^(geo_faults_total|geo_messages_in_total)(\{.*\})? (\d+)$/gm,
  )) {
    // What Bob says in between is another matter.
    if (name === 'geo_messages_in_total' ? !labels.includes('"prepare"') : !labels.includes(MALLORY.key.slice(0, 16)))
      continue;
    const what = name === 'geo_faults_total' ? (/code="([a-z-]+)"/.exec(labels)?.[1] ?? '') : 'taken';
    counts[what] = (counts[what] ?? 0) + Number(value);
  }
  return counts;
}

/** Sends a frame and says what the node counted it as. */
async function sent(frame: Uint8Array): Promise<string> {
  const before = await counted();
  link.sendFrame(frame);
  let what: string | undefined;
  await vi.waitFor(
    async () => {
      const now = await counted();
      what = Object.keys(now).find((code) => now[code] !== (before[code] ?? 0));
      if (what === undefined) throw new Error('the frame is not counted');
    },
    { timeout: 10_000, interval: 1 },
  );
  return what as string;
}

type Code = 'bad-encoding' | 'bad-form' | 'wrong-network' | 'wrong-sender' | 'bad-signature' | 'taken';

/** A frame, made when the neighbour is there. */
type Case = readonly [what: string, frame: () => Uint8Array, code: Code];

async function flawOf([what, make, code]: Case): Promise<string | null> {
  const frame = make();
  const counts = await sent(frame);
  if (counts !== code) return `${what}: counted as ${counts}, not as ${code}`;
  const decoded = decodeMessage(frame);
  if (isRefusal(decoded)) {
    const words = `${decoded.why} ${decoded.limit} ${decoded.where}`;
    if (decoded.why === '' || decoded.limit === '') return `${what}: no words`;
    if (words.length > 500 || ACTS_ON_TEXT.test(words)) return `${what}: said ${JSON.stringify(words)}`;
  }
  return null;
}

/** All that the API shows, but that the neighbour has lost the node's confidence. */
async function books(): Promise<string> {
  return JSON.stringify(await world.digest()).replaceAll('"suspended"', '"confirmed"');
}

async function allRefused(cases: readonly Case[]): Promise<void> {
  const before = await books();
  const flaws: string[] = [];
  for (const one of cases) {
    const flaw = await flawOf(one);
    if (flaw !== null) flaws.push(flaw);
  }
  expect(flaws).toEqual([]);
  expect(await books()).toEqual(before);
  expect(link.stream.status).toBe('open');
}

/** The same bad values in the place of a good one, in every message that has it. */
const inPlaceOf = (good: Good, values: readonly (readonly [string, unknown])[], code: Code, make: Make): Case[] =>
  values.map(([what, bad]) => [what, () => make([good, bad]), code]);

type Make = (bad: readonly [Good, unknown]) => Uint8Array;
const prepare: Make = (bad) => neighbour.prepare({}, {}, bad);
const trustLine: Make = (bad) => neighbour.trustLine({}, bad);
const offer: Make = (bad) => neighbour.announcement(bad);

/** What is on the table as text, as far as text can be sent: UTF-8, in a frame. */
const texts = (kind: 'equivalent' | 'network'): (readonly [string, string])[] =>
  BAD_INPUTS[kind].flatMap(({ what, value }) =>
    typeof value === 'string' && value.length < 60_000 && value.isWellFormed() ? [[what, value] as const] : [],
  );

const NO_AMOUNTS = [
  ['below zero', -1n],
  ['2⁶³', 2n ** 63n],
  ['2⁶⁴ − 1', 2n ** 64n - 1n],
  ['a fraction', 1.5],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['text', '5'],
  ['bytes', Uint8Array.of(5)],
  ['true', true],
  ['a list', [5]],
] as const;
const ZERO = ['zero', 0] as const;
const NULL = ['null', null] as const;

describe('over the wire', () => {
  it('no amount', () =>
    allRefused([
      ...inPlaceOf(GOOD.total, [...NO_AMOUNTS, ZERO, NULL], 'bad-encoding', prepare),
      ...inPlaceOf(GOOD.limit, [...NO_AMOUNTS, NULL], 'bad-encoding', trustLine),
      ...inPlaceOf(GOOD.dailyLimit, NO_AMOUNTS, 'bad-encoding', trustLine),
    ]));

  it('sums that overflow, or do not add up', () =>
    allRefused([
      ['a route above its total', () => neighbour.prepare({ total: 1n }, { amount: 2n }), 'bad-form'],
      ['a total of 2⁶³', () => neighbour.prepare({}, {}, [GOOD.total, 2n ** 63n]), 'bad-encoding'],
    ]));

  it('no equivalent', () => {
    const values: (readonly [string, unknown])[] = [
      ...texts('equivalent'),
      ['a number', 5],
      ['bytes', Uint8Array.of(65)],
      NULL,
    ];
    return allRefused(
      [prepare, trustLine, offer].flatMap((make) => inPlaceOf(GOOD.equivalent, values, 'bad-encoding', make)),
    );
  });

  it('no network but the own one', () => {
    const others = texts('network').filter(([, text]) => Buffer.byteLength(text) <= 32 && !text.startsWith('\ufeff'));
    const long = texts('network').filter(([, text]) => Buffer.byteLength(text) > 32);
    return allRefused(
      [prepare, trustLine, offer].flatMap((make) => [
        ...inPlaceOf(GOOD.network, others, 'wrong-network', make),
        ...inPlaceOf(GOOD.network, [...long, ['a number', 5], NULL], 'bad-encoding', make),
      ]),
    );
  });

  it('no key, id or signature of another length', () => {
    const lengths = [0, 1, 31, 33, 64, 60_000].map((length) => [`${length} bytes`, new Uint8Array(length)] as const);
    const values = [...lengths, ['text', 'x'.repeat(32)], ['a number', 5], NULL] as const;
    const own = Uint8Array.from(Buffer.from(MALLORY.key, 'hex'));
    const txId = Buffer.from(GOOD.unknownTx).toString('hex') as TxId;
    const ack: Message = { type: 'ack', of: 'commit', txId, routeIndex: 0, position: 1 };
    const cancel: Message = { type: 'cancel', txId, routeIndex: 0 };
    return allRefused([
      ...inPlaceOf(GOOD.paymentId, values, 'bad-encoding', prepare),
      ...inPlaceOf(GOOD.salt, values, 'bad-encoding', prepare),
      ...inPlaceOf(own, values, 'bad-encoding', trustLine),
      ...inPlaceOf(own, values, 'bad-encoding', offer),
      ...inPlaceOf(GOOD.unknownTx, values, 'bad-encoding', (bad) => neighbour.message(ack, bad)),
      ...inPlaceOf(GOOD.unknownTx, values, 'bad-encoding', (bad) => neighbour.message(cancel, bad)),
    ]);
  });

  it('no key that cannot sign, or of somebody else', () => {
    const weak = BAD_INPUTS.who.flatMap(({ what, value, code }) =>
      code === 'bad-key' && typeof value === 'string' ? [[what, value as Person['key']] as const] : [],
    );
    expect(weak.length).toBeGreaterThan(5);
    const { key } = person(8);
    const victim = world.alice.node.publicKey;
    return allRefused([
      ...weak.flatMap(([what, from]): Case[] => [
        [`a line of ${what}`, () => neighbour.trustLine({ from }), 'wrong-sender'],
        [`a payment of ${what}`, () => neighbour.prepare({}, { nodes: [from, victim] }), 'wrong-sender'],
      ]),
      ['a line of another', () => neighbour.trustLine({ from: key }), 'wrong-sender'],
      // Neighbours show each other's lines after a loss, which has to be signed by whose it is.
      ['a line of the victim', () => neighbour.trustLine({ from: victim, to: MALLORY.key }), 'bad-signature'],
      ['a line to another', () => neighbour.trustLine({ to: key }), 'wrong-sender'],
      ['a line to oneself', () => neighbour.trustLine({ to: MALLORY.key }), 'wrong-sender'],
      ['a payment of another', () => neighbour.prepare({}, { nodes: [key, victim] }), 'wrong-sender'],
      ['a payment of the victim', () => neighbour.prepare({}, { nodes: [victim, victim] }), 'bad-form'],
    ]);
  });

  it('no time', () => {
    const values = [
      ['below zero', -1],
      ['a fraction', 1.5],
      ['the year 10000', 253_402_300_800_000],
      ['2⁶³', 2n ** 63n],
      ['text', '2031-12-31'],
      NULL,
    ] as const;
    return allRefused([
      ...inPlaceOf(neighbour.createdAtMs, values, 'bad-encoding', prepare),
      ...inPlaceOf(neighbour.expiresAtMs, values, 'bad-encoding', prepare),
      ...inPlaceOf(neighbour.expiresAtMs, values, 'bad-encoding', offer),
      ...inPlaceOf(neighbour.nowMs, values, 'bad-encoding', trustLine),
      ...inPlaceOf(neighbour.nowMs + 1, values, 'bad-encoding', trustLine),
      ['an end before the beginning', () => neighbour.prepare({ expiresAtMs: neighbour.createdAtMs }), 'bad-form'],
      [
        'seconds for milliseconds',
        () => neighbour.prepare({ expiresAtMs: Math.floor(neighbour.expiresAtMs / 1_000) }),
        'bad-form',
      ],
      [
        'an announcement for ever',
        () => neighbour.announcement([neighbour.expiresAtMs, 253_402_300_799_999]),
        'bad-form',
      ],
    ]);
  });

  it('no route that nobody could take', () => {
    const victim = world.alice.node.publicKey;
    const { key } = MALLORY;
    const [one, ...others] = strangers(5) as [Person['key'], ...Person['key'][]];
    const long = strangers(6);
    const list = (nodes: readonly string[]): Uint8Array[] =>
      nodes.map((node) => Uint8Array.from(Buffer.from(node, 'hex')));
    const nodes = (bad: unknown): Uint8Array => neighbour.routeWith(bad);
    return allRefused([
      ['to oneself', () => neighbour.prepare({}, { nodes: [key, victim, key] }), 'bad-form'],
      ['somebody twice', () => neighbour.prepare({}, { nodes: [key, victim, one, victim] }), 'bad-form'],
      ['the payer twice', () => neighbour.prepare({}, { nodes: [key, victim, key, one] }), 'bad-form'],
      ['7 hops', () => neighbour.prepare({}, { nodes: [key, victim, ...long] }), 'bad-form'],
      ['a ring of a payment', () => neighbour.prepare({}, { nodes: [key, victim, one, key] }), 'bad-form'],
      [
        'a clearing that is no ring',
        () => neighbour.prepare({ kind: 'clear' }, { nodes: [key, victim, one, ...others] }),
        'bad-form',
      ],
      ['a ring of two', () => neighbour.prepare({ kind: 'clear' }, { nodes: [key, victim, key] }), 'bad-form'],
      ['without the victim', () => neighbour.prepare({}, { nodes: [key, one, victim] }), 'bad-form'],
      [
        'another one than its header lists',
        () => neighbour.prepare({ routeDigests: ['ab'.repeat(32) as never] }),
        'bad-form',
      ],
      ['other ends than its header says', () => neighbour.prepare({ receiver: one }), 'bad-form'],
      ['nobody', () => nodes([]), 'bad-encoding'],
      ['one', () => nodes(list([key])), 'bad-encoding'],
      ['18 nodes', () => nodes(list([key, ...strangers(17)])), 'bad-encoding'],
      ['text', () => nodes('route'), 'bad-encoding'],
      ['null', () => nodes(null), 'bad-encoding'],
      ['nobody in it', () => nodes([null, null]), 'bad-encoding'],
    ]);
  });

  it('no memo of another length', () => {
    const lengths = [0, 257, 60_000].map((length) => [`${length} bytes`, new Uint8Array(length)] as const);
    return allRefused(
      inPlaceOf(GOOD.sealedMemo, [...lengths, ['text', 'rent'], ['a number', 5]], 'bad-encoding', prepare),
    );
  });

  it('no naughty string as a network or an equivalent', () => {
    const sendable = NAUGHTY.filter((text) => text.isWellFormed());
    expect(sendable.length).toBeGreaterThan(500);
    return allRefused(
      sendable.flatMap((text): Case[] => {
        const isShort = Buffer.byteLength(text) <= 32 && !text.startsWith('\ufeff');
        // One that could be the name of an equivalent is of no account, and so dropped without a word.
        const isEquivalent = /^[A-Za-z0-9_]{1,16}$/.test(text);
        return [
          [`network ${text}`, () => prepare([GOOD.network, text]), isShort ? 'wrong-network' : 'bad-encoding'],
          [`equivalent ${text}`, () => prepare([GOOD.equivalent, text]), isEquivalent ? 'taken' : 'bad-encoding'],
        ];
      }),
    );
  });
});

describe('a HELLO', () => {
  it.each([
    ['an override', 'geo\u202e'],
    ['an escape sequence', 'geo\u001b[2J'],
    ['markup', '<script>alert(1)</script>'],
    ['another network', 'geo2'],
  ])('of a network with %s makes no link', async (_what, network) => {
    const other = await startRawPeer();
    const stream = await other.openLink(world.alice.node.addresses());
    stream.sendFrame(other.hello({ network }));
    expect(await stream.ended).toMatch(/closed|reset/);
    await other.stop();
  });
});
