/** When the records of hosted participants are given to the directory, and when they are not any more. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '#node/log.ts';
import { createMetrics } from '#node/metrics.ts';
import type { Found } from '#node/p2p/directory.ts';
import { HostedPublisher, type HostedRecord } from '#node/p2p/hosted-publisher.ts';
import { HOSTED_PAUSE_MS, HOSTED_PUTS_AT_ONCE, PUBLISH_AGAIN_MS, PUBLISH_CHECK_MS } from '#node/p2p/limits.ts';
import { createHostMetrics } from '#node/p2p/metrics.ts';
import { type Pid, pidOf } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, type ParticipantRecord } from '#protocol/participant-record.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const hub = person(9);

/** A directory that is not there: what it is asked is written down, and answered as the test says. */
class Nodes {
  size = 1;
  copies = 1;
  newer: ParticipantRecord | null = null;
  readonly kept = new Map<Pid, Uint8Array>();
  readonly puts: { readonly pid: Pid; readonly bytes: Uint8Array }[] = [];
  /** Not null: puts wait for it. */
  gate: Promise<void> | null = null;
  #grown: () => void = () => undefined;

  async put(pid: Pid, bytes: Uint8Array): Promise<number> {
    this.puts.push({ pid, bytes });
    await this.gate;
    return this.copies;
  }

  async find(): Promise<Found> {
    return { record: this.newer, addresses: [], asked: 1 };
  }

  keptBytes(pid: Pid): Uint8Array | null {
    return this.kept.get(pid) ?? null;
  }

  grown(tell: () => void): void {
    this.#grown = tell;
  }

  grow(to: number): void {
    this.size = to;
    this.#grown();
  }
}

let nodes: Nodes;
let publisher: HostedPublisher;

beforeEach(() => {
  vi.useFakeTimers({ now: THEN_MS });
  nodes = new Nodes();
  publisher = new HostedPublisher({
    ...{ directory: nodes, nowMs: Date.now, log: createLog({ level: 'silent', file: null }) },
    metrics: createHostMetrics(createMetrics().registry),
  });
  publisher.start();
});
afterEach(() => {
  publisher.stop();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

function recordOf(at: number, seq = Date.now(), lifetimeMs = 86_400_000): HostedRecord {
  const { key, sign } = person(at);
  const expiresAtMs = seq + lifetimeMs;
  const facts = { version: VERSION, network: 'test', publicKey: key, seq, expiresAtMs, host: hub.key } as const;
  return {
    participant: key,
    expiresAtMs,
    bytes: makeParticipantRecord({ ...facts, addresses: [], capabilities: [] }, sign),
  };
}

it('gives a record at once, and again long before it expires, until then', async () => {
  publisher.publish(recordOf(1));
  await pass(0);
  expect(nodes.puts).toHaveLength(1);
  await pass(PUBLISH_AGAIN_MS - 1);
  expect(nodes.puts).toHaveLength(1);
  await pass(PUBLISH_CHECK_MS + 1);
  expect(nodes.puts).toHaveLength(2);
  await pass(86_400_000);
  const count = nodes.puts.length;
  expect([count, publisher.size]).toEqual([12, 0]);
  await pass(86_400_000);
  expect(nodes.puts).toHaveLength(count);
});

it('waits for a node to give it to, and gives it to those who come while there are few', async () => {
  nodes.size = 0;
  publisher.publish(recordOf(1));
  await pass(PUBLISH_CHECK_MS);
  expect(nodes.puts).toHaveLength(0);
  nodes.grow(1);
  await pass(HOSTED_PAUSE_MS);
  expect(nodes.puts).toHaveLength(1);
  nodes.grow(2);
  await pass(HOSTED_PAUSE_MS);
  expect(nodes.puts).toHaveLength(2);
  nodes.grow(3);
  await pass(HOSTED_PAUSE_MS + PUBLISH_CHECK_MS);
  expect(nodes.puts).toHaveLength(2);
});

it('gives the newest of many that come together, and not more often than once in a while', async () => {
  const [first, second, third] = [recordOf(1, THEN_MS), recordOf(1, THEN_MS + 1), recordOf(1, THEN_MS + 2)];
  publisher.publish(first);
  await pass(0);
  publisher.publish(second);
  publisher.publish(third);
  await pass(HOSTED_PAUSE_MS - 1);
  expect(nodes.puts.map(({ bytes }) => bytes)).toEqual([first.bytes]);
  await pass(1);
  expect(nodes.puts.map(({ bytes }) => bytes)).toEqual([first.bytes, third.bytes]);
});

it('gives so many at a time; the others wait for their turn', async () => {
  const gate = Promise.withResolvers<void>();
  nodes.gate = gate.promise;
  for (let at = 1; at <= HOSTED_PUTS_AT_ONCE + 2; at++) publisher.publish(recordOf(at));
  await pass(0);
  expect(nodes.puts).toHaveLength(HOSTED_PUTS_AT_ONCE);
  gate.resolve();
  await pass(0);
  expect(nodes.puts).toHaveLength(HOSTED_PUTS_AT_ONCE + 2);
});

it('gives none that was withdrawn', async () => {
  const record = recordOf(1);
  publisher.publish(record);
  await pass(0);
  publisher.withdraw(record.participant);
  await pass(2 * PUBLISH_AGAIN_MS);
  expect([nodes.puts.length, publisher.size]).toEqual([1, 0]);
});

it('tries again with a growing pause what nobody took, and gives up what is said anew elsewhere', async () => {
  nodes.copies = 0;
  const record = recordOf(1);
  publisher.publish(record);
  await pass(0);
  await pass(2 * HOSTED_PAUSE_MS - 1);
  expect(nodes.puts).toHaveLength(1);
  await pass(1);
  expect(nodes.puts).toHaveLength(2);
  nodes.newer = { seq: THEN_MS + 5 } as ParticipantRecord;
  await pass(4 * HOSTED_PAUSE_MS);
  expect([nodes.puts.length, publisher.size]).toEqual([3, 0]);
});

it('gives none in place of a newer one that the node itself keeps', async () => {
  const old = recordOf(1, THEN_MS - 5);
  nodes.kept.set(pidOf(old.participant), recordOf(1, THEN_MS).bytes);
  publisher.publish(old);
  await pass(0);
  expect([nodes.puts.length, publisher.size]).toEqual([0, 0]);
});
