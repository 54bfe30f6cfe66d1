import { describe, expect, it } from 'vitest';
import { Failure } from '#node/failure.ts';
import type { Notice, Occurrence } from '#protocol/event.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import type { LineRecord } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type Rig, rigOf, settled } from '#test/support/driver.ts';
import { committed, person, THEN_MS } from '#test/support/people.ts';

const [alice, bob, eve] = [person(1), person(2), person(3)] as const;

function trust(equivalent: string, limit = 5n, neighbour = bob.key): Occurrence {
  const command = { type: 'set-trust-line', neighbour, equivalent, limit, status: 'active' } as const;
  return { type: 'command', command: { ...command, policy: DEFAULT_POLICY } };
}

const linkUp: Occurrence = { type: 'link-up', neighbour: bob.key };

async function started(): Promise<Rig> {
  const rig = rigOf(alice);
  await rig.driver.start();
  return rig;
}

/** Bob's line to Alice, as a frame. */
function lineFrame(signer = bob, change: Partial<TrustLine> = {}): Uint8Array {
  const line: TrustLine = {
    version: 1,
    network: 'geo-test',
    from: bob.key,
    to: alice.key,
    equivalent: 'UAH',
    seq: 1,
    limit: 1_000_000_000_000n,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs: THEN_MS,
    ...change,
  };
  return encodeMessage({ type: 'trust-line', signed: { line, signature: signer.sign(trustLineStatement(line)) } });
}

const types = (rig: Rig) => rig.sent.map(({ message }) => message.type);

describe('group commit', () => {
  it('lets nothing out before its batch is on disk', async () => {
    const rig = await started();
    const told: Notice[] = [];
    rig.driver.subscribe((notice) => void told.push(notice));
    let resolved: readonly Notice[] | null = null;
    const submitted = rig.driver.submit(trust('UAH')).then((notices) => {
      resolved = notices;
    });
    // The next step sees it already.
    expect(rig.driver.records.account(bob.key, 'UAH')?.limitGiven).toBe(5n);
    const timers = rig.clock.waiting;
    await settled();
    expect(rig.writes).toHaveLength(1);
    expect(rig.writes[0]?.sync).toBe(true);
    expect(rig.writes[0]?.records.map(({ type }) => type)).toStrictEqual(['line', 'account']);
    expect([rig.sent, told, resolved, rig.clock.waiting]).toStrictEqual([[], [], null, timers]);
    rig.writes[0]?.succeed();
    await submitted;
    expect(types(rig)).toStrictEqual(['trust-line']);
    expect(told).toMatchObject([{ type: 'trust-line', equivalent: 'UAH' }]);
    expect(resolved).toStrictEqual(told);
    expect(rig.clock.waiting).toBe(timers + 1);
  });

  it('puts all steps of one write into one next batch', async () => {
    const rig = await started();
    const all = [rig.driver.submit(trust('A'))];
    await settled();
    for (const equivalent of ['B', 'C', 'D']) all.push(rig.driver.submit(trust(equivalent)));
    await settled();
    expect(rig.writes).toHaveLength(1);
    rig.writes[0]?.succeed();
    await settled();
    expect(rig.sent).toHaveLength(1);
    expect(rig.writes[0]?.records).toHaveLength(6);
    rig.writes[0]?.succeed();
    await Promise.all(all);
    expect(rig.sent).toHaveLength(4);
    expect(await rig.metrics.registry.getSingleMetricAsString('geo_batches_total')).toContain('geo_batches_total 2');
  });

  it('lets a step without saves out at once, but never before an earlier one', async () => {
    const rig = await started();
    await rig.driver.submit(linkUp);
    expect([...rig.driver.records.linked]).toStrictEqual([bob.key]);
    expect(rig.writes).toHaveLength(0);
    const order: string[] = [];
    const first = rig.driver.submit(trust('UAH')).then(() => order.push('trust'));
    const second = rig.driver.submit({ type: 'link-down', neighbour: bob.key }).then(() => order.push('down'));
    await settled();
    expect(order).toStrictEqual([]);
    expect([...rig.driver.records.linked]).toStrictEqual([]);
    rig.writes[0]?.succeed();
    await Promise.all([first, second]);
    expect(order).toStrictEqual(['trust', 'down']);
  });

  it('gives a step that only saves up to 50 ms to share a batch; what is settled leaves memory after it', async () => {
    const rig = rigOf(person(3), undefined, () => undefined);
    rig.driver.records.maxSettled = 0;
    rig.writeAtOnce();
    await rig.driver.start();
    const certificate = committed([alice, bob, eve]);
    const { txId, header, route, signatures } = certificate;
    const { commit: _, ...packet } = certificate;
    await rig.driver.receive(bob.key, lineToEve());
    await rig.driver.submit({
      type: 'command',
      command: {
        type: 'set-trust-line',
        neighbour: bob.key,
        equivalent: 'UAH',
        limit: header.total,
        status: 'active',
        policy: DEFAULT_POLICY,
      },
    });
    await rig.driver.receive(bob.key, encodeMessage({ type: 'prepare', packet }));
    await settled();
    expect(signatures).toHaveLength(2);
    expect(types(rig).at(-1)).toBe('commit');
    const batches = rig.saved.size;
    const ack: Message = { type: 'ack', of: 'commit', txId, routeIndex: route.index, position: 2 };
    await rig.driver.receive(bob.key, encodeMessage(ack));
    await settled();
    expect(rig.driver.records.position(txId, 0, 2)).toMatchObject({ state: 'committed', acked: true });
    expect(rig.saved.size).toBe(batches);
    rig.clock.advance(50);
    await settled();
    expect(rig.saved.size).toBe(batches + 1);
    // In memory no more: the archive of this test has nothing.
    expect(rig.driver.records.position(txId, 0, 2)).toBeUndefined();
  });

  it('holds events back while the disk is far behind', async () => {
    const rig = await started();
    const submitted: Promise<unknown>[] = [rig.driver.submit(trust('E0'))];
    await settled();
    for (let number = 1; number <= 1_100; number++) submitted.push(rig.driver.submit(trust(`E${number}`)));
    let received = false;
    submitted.push(rig.driver.receive(bob.key, lineFrame()).then(() => (received = true)));
    await settled();
    // Taken: one in the batch that is being written, 1,024 with two records each behind it.
    expect([...rig.driver.records.lines()]).toHaveLength(1_025);
    expect(received).toBe(false);
    rig.writes[0]?.succeed();
    await settled();
    expect(received).toBe(true);
    expect([...rig.driver.records.lines()]).toHaveLength(1_102);
    rig.writeAtOnce();
    await Promise.all(submitted);
    const sent = rig.sent.flatMap(({ message }) =>
      message.type === 'trust-line' ? [message.signed.line.equivalent] : [],
    );
    expect(sent).toStrictEqual(Array.from({ length: 1_101 }, (_, number) => `E${number}`));
  });
});

describe('a failed write', () => {
  it('ends the driver: nothing of it or after it gets out, and all who wait are told', async () => {
    const rig = await started();
    const before = rig.driver.submit(trust('before'));
    await settled();
    rig.writes[0]?.succeed();
    await before;
    rig.sent.length = 0;
    expect(rig.clock.waiting).toBe(1);
    const told: Notice[] = [];
    rig.driver.subscribe((notice) => void told.push(notice));
    const waiting = [rig.driver.submit(trust('A')), rig.driver.submit(trust('B'))];
    await settled();
    waiting.push(rig.driver.submit(trust('C')), rig.driver.submit(linkUp));
    const failure = new Failure('disk-full', 'No room is left.');
    rig.writes[0]?.fail(failure);
    for (const promise of waiting) await expect(promise).rejects.toBe(failure);
    await expect(rig.driver.submit(linkUp)).rejects.toBe(failure);
    await expect(rig.driver.receive(bob.key, lineFrame())).rejects.toBe(failure);
    expect(rig.clock.waiting).toBe(0);
    rig.clock.advance(86_400_000);
    await rig.driver.stop();
    await settled();
    expect([rig.sent, told, rig.writes]).toStrictEqual([[], [], []]);
    expect(rig.failures).toStrictEqual([failure]);
    expect(rig.logged).toMatchObject([{ code: 'disk-full', msg: 'No room is left.' }]);
  });

  it('of an unknown kind is still a Failure', async () => {
    const rig = await started();
    const submitted = rig.driver.submit(trust('A'));
    await settled();
    rig.writes[0]?.fail(new Error('odd'));
    await expect(submitted).rejects.toMatchObject({ name: 'Failure', code: 'store-failed' });
  });
});

describe('stopping', () => {
  it('writes and releases what was taken, takes nothing more, and ends all timers', async () => {
    const rig = await started();
    const submitted = rig.driver.submit(trust('UAH'));
    const stopped = rig.driver.stop();
    await expect(rig.driver.submit(linkUp)).rejects.toMatchObject({ code: 'stopped' });
    await expect(rig.driver.receive(bob.key, lineFrame())).rejects.toMatchObject({ code: 'stopped' });
    await settled();
    rig.writes[0]?.succeed();
    await stopped;
    expect(await submitted).toMatchObject([{ type: 'trust-line' }]);
    expect(types(rig)).toStrictEqual(['trust-line']);
    expect(rig.clock.waiting).toBe(0);
  });

  it('before the start, and twice, does no harm', async () => {
    const rig = rigOf(alice);
    await rig.driver.stop();
    await expect(rig.driver.submit(linkUp)).rejects.toMatchObject({ code: 'stopped' });
    const other = await started();
    await other.driver.stop();
    await other.driver.stop();
  });
});

describe('a frame', () => {
  const faults = async (rig: Rig) =>
    (await rig.metrics.faults.get()).values.map(({ labels, value }) => [labels.code, labels.neighbour, value]);

  it('that is right reaches the machine', async () => {
    const rig = await started();
    rig.writeAtOnce();
    await rig.driver.receive(bob.key, lineFrame());
    expect(rig.driver.records.account(bob.key, 'UAH')?.limitReceived).toBe(1_000_000_000_000n);
    await settled();
    expect(types(rig)).toStrictEqual(['trust-line-ack']);
  });

  it.each([
    ['bad-encoding', Uint8Array.of()],
    ['bad-encoding', Uint8Array.of(0xff, 0x00)],
    ['bad-signature', lineFrame(eve)],
    ['wrong-network', lineFrame(bob, { network: 'other' })],
    ['wrong-sender', lineFrame(eve, { from: eve.key })],
  ])('that is wrong is dropped and counted as %s', async (code, frame) => {
    const rig = await started();
    await rig.driver.receive(bob.key, frame);
    expect([...rig.driver.records.lines()]).toStrictEqual([]);
    expect([rig.writes, rig.sent]).toStrictEqual([[], []]);
    expect(await faults(rig)).toStrictEqual([[code, 'stranger', 1]]);
    expect(rig.logged).toMatchObject([{ level: 40, from: bob.key, code }]);
  });

  it.each([
    ['bad-signature', lineFrame(eve), true],
    ['wrong-sender', lineFrame(eve, { from: eve.key }), true],
    ['bad-encoding', Uint8Array.of(0xff, 0x00), false],
    ['wrong-network', lineFrame(bob, { network: 'other' }), false],
  ])('of a neighbour, with %s, is kept as evidence only where it proves something', async (_code, frame, isProof) => {
    const rig = await started();
    rig.writeAtOnce();
    await rig.driver.receive(bob.key, lineFrame());
    const larger = Buffer.concat([Buffer.of(0), frame]);
    await rig.driver.receive(bob.key, larger.subarray(1));
    // The rest of what came in one piece is read into the same memory.
    larger.fill(0);
    const documents = [...rig.driver.records.allEvidence()].map((evidence) => evidence.documents);
    expect(documents).toStrictEqual(isProof ? [[{ type: 'frame', bytes: Uint8Array.from(frame) }]] : []);
    const standing = isProof ? 'suspended' : 'confirmed';
    expect(rig.driver.records.account(bob.key, 'UAH')?.standing).toBe(standing);
  });

  it('that is wrong is counted for a neighbour by name, and logged once a minute', async () => {
    const rig = await started();
    rig.writeAtOnce();
    await rig.driver.receive(bob.key, lineFrame());
    for (let time = 0; time < 100; time++) await rig.driver.receive(bob.key, Uint8Array.of(time));
    expect(await faults(rig)).toStrictEqual([['bad-encoding', bob.key.slice(0, 16), 100]]);
    expect(rig.logged).toHaveLength(1);
    rig.clock.advance(60_000);
    await rig.driver.receive(bob.key, Uint8Array.of());
    expect(rig.logged).toMatchObject([{ leftOut: 0 }, { leftOut: 99 }]);
  });
});

describe('a message of a participant in the same process', () => {
  const line = (signer = bob): Message => {
    const message = decodeMessage(lineFrame(signer));
    if (isRefusal(message)) throw new Error(message.why);
    return message;
  };

  it('is verified like any other', async () => {
    const rig = await started();
    rig.writeAtOnce();
    await rig.driver.take(bob.key, line(eve));
    expect([...rig.driver.records.lines()]).toStrictEqual([]);
    await rig.driver.take(bob.key, line());
    expect(rig.driver.records.account(bob.key, 'UAH')?.limitReceived).toBe(1_000_000_000_000n);
    // With an account between the two a forged one is proof, in the bytes that would have come.
    await rig.driver.take(bob.key, line(eve));
    const [evidence] = rig.driver.records.allEvidence();
    expect(evidence?.documents).toStrictEqual([{ type: 'frame', bytes: Uint8Array.from(lineFrame(eve)) }]);
  });

  it('is handed over as it is; what nobody takes is sent', async () => {
    const handed: Message[] = [];
    let isHere = true;
    const rig = rigOf(alice, undefined, null, (to, message) => {
      if (isHere && to === bob.key) handed.push(message);
      return isHere;
    });
    rig.writeAtOnce();
    await rig.driver.start();
    await rig.driver.submit(linkUp);
    await rig.driver.submit(trust('UAH'));
    expect(handed.map(({ type }) => type)).toStrictEqual(['trust-line']);
    expect(rig.sent).toStrictEqual([]);
    isHere = false;
    await rig.driver.submit(trust('EUR'));
    expect(types(rig)).toStrictEqual(['trust-line']);
  });
});

describe('timers', () => {
  it('come back as events at their time', async () => {
    const rig = await started();
    rig.writeAtOnce();
    await rig.driver.submit(trust('UAH'));
    rig.clock.advance(999);
    expect(rig.sent).toHaveLength(1);
    rig.clock.advance(1);
    expect(rig.sent).toHaveLength(2);
    rig.clock.advance(2_000);
    expect(rig.sent).toHaveLength(3);
  });
});

describe('what a listener or the link throws', () => {
  it('is logged and disturbs nobody', async () => {
    const rig = rigOf(alice, () => {
      throw new Error('the link is gone');
    });
    rig.writeAtOnce();
    await rig.driver.start();
    const told: Notice[] = [];
    rig.driver.subscribe(() => {
      throw new Error('a bad listener');
    });
    const end = rig.driver.subscribe((notice) => void told.push(notice));
    expect(await rig.driver.submit(trust('A'))).toHaveLength(1);
    end();
    await rig.driver.submit(trust('B'));
    expect(told).toHaveLength(1);
    expect(rig.failures).toStrictEqual([]);
    expect(rig.logged.map(({ msg }) => msg)).toStrictEqual(
      ['A', 'B'].flatMap(() => ['a message was not sent', 'a listener failed']),
    );
  });

  it('what it submits comes after all that the step causes', async () => {
    const rig = await started();
    rig.writeAtOnce();
    const told: string[] = [];
    rig.driver.subscribe((notice) => {
      if (notice.type !== 'trust-line') return;
      told.push(`first ${notice.equivalent}`);
      if (notice.equivalent === 'A') void rig.driver.submit(trust('B'));
    });
    rig.driver.subscribe((notice) => {
      if (notice.type === 'trust-line') told.push(`second ${notice.equivalent}`);
    });
    await rig.driver.submit(trust('A'));
    await settled();
    expect(told).toStrictEqual(['first A', 'second A', 'first B', 'second B']);
  });

  it('comes after it even if nothing of both has to be saved', async () => {
    const rig = await started();
    const told: string[] = [];
    const toSelf = trust('A', 1n, alice.key);
    rig.driver.subscribe(() => {
      told.push('first');
      if (told.length === 1) void rig.driver.submit(toSelf);
    });
    rig.driver.subscribe(() => void told.push('second'));
    expect(await rig.driver.submit(toSelf)).toMatchObject([{ type: 'refused' }]);
    await settled();
    expect(told).toStrictEqual(['first', 'second', 'first', 'second']);
    expect(rig.writes).toStrictEqual([]);
  });
});

describe('a bug in a step', () => {
  it('ends the driver', async () => {
    const rig = await started();
    const broken = { type: 'command', command: { type: 'unheard-of' } } as unknown as Occurrence;
    await expect(rig.driver.submit(broken)).rejects.toMatchObject({ name: 'Failure', code: 'bug' });
    expect(rig.failures).toMatchObject([{ code: 'bug' }]);
    await expect(rig.driver.submit(linkUp)).rejects.toMatchObject({ code: 'bug' });
  });
});

it('a disk that cannot be read in a step ends the driver with what it reported', async () => {
  const failure = new Failure('store-corrupt', 'The record is damaged.');
  const rig = rigOf(alice, undefined, () => {
    throw failure;
  });
  rig.writeAtOnce();
  await rig.driver.start();
  const resolve: Occurrence = { type: 'command', command: { type: 'resolve', txId: committed([alice, bob]).txId } };
  await expect(rig.driver.submit(resolve)).rejects.toBe(failure);
  await expect(rig.driver.receive(bob.key, lineFrame())).rejects.toBe(failure);
  expect(rig.failures).toStrictEqual([failure]);
});

function lineToEve(): Uint8Array {
  return lineFrame(bob, { to: eve.key });
}

it('a saved line is the one that was sent', async () => {
  const rig = await started();
  rig.writeAtOnce();
  await rig.driver.submit(trust('UAH', 9n));
  const [line] = [...rig.saved].filter((record): record is LineRecord => record.type === 'line');
  expect(rig.sent).toMatchObject([{ to: bob.key, message: { type: 'trust-line', signed: line?.signed } }]);
});
