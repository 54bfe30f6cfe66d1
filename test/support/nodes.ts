/** Whole nodes on loopback, in this process, each with a folder, a store, a host and an API of its own. */

import { join } from 'node:path';
import { vi } from 'vitest';
import type { z } from 'zod';
import { readApiFiles } from '#node/api/address.ts';
import { ApiError, type Client, connectClient, type EventStream } from '#node/api/client.ts';
import type { eventMessage } from '#node/api/contract.ts';
import type { RunningNode } from '#node/assembly.ts';
import { type Clock, systemClock } from '#node/clock.ts';
import { type Config, readConfig } from '#node/config.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { createLog } from '#node/log.ts';
import { startNode } from '#node/node.ts';

export interface TestNode {
  readonly name: string;
  readonly config: Config;
  readonly seed: Uint8Array;
  readonly clock: Clock;
  node: RunningNode;
  client: Client;
  url: string;
  cookie: string;
}

const log = createLog({ level: 'silent', file: null });

/** A new participant, started, who announces all its lines. */
export async function startParticipant(
  name: string,
  folder: string,
  clock: Clock = systemClock,
  bootstrap: readonly string[] = [],
): Promise<TestNode> {
  const { seed } = await createKeyFile(folder, newSeed(), null);
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const flags = { dataDir: folder, name, listen, apiPort: '0', announce: 'always', bootstrap: [...bootstrap] };
  const config = readConfig({ flags, environment: {} });
  const started = await start(config, clock);
  // Found at the same place when it is started again.
  const there = started.node.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
  return { name, config: { ...config, listen: there }, seed, clock, ...started };
}

/** Starts a stopped participant again, on the same folder. */
export async function startAgain(participant: TestNode): Promise<void> {
  Object.assign(participant, await start(participant.config, participant.clock));
}

async function start(config: Config, clock: Clock): Promise<Pick<TestNode, 'node' | 'client' | 'url' | 'cookie'>> {
  const node = await startNode(config, { log, clock });
  const { url, cookie } = await readApiFiles(config.dataDir);
  return { node, url, cookie, client: await connectClient(config.dataDir) };
}

/** Alice, Bob and Carol: Bob lets Alice owe 100 UAH, Carol lets Bob owe 80 UAH, so that Alice can pay Carol through Bob. */
export async function startChain(
  folder: string,
  clock: Clock = systemClock,
): Promise<[alice: TestNode, bob: TestNode, carol: TestNode]> {
  const names = ['Alice', 'Bob', 'Carol'] as const;
  const [alice, bob, carol] = await Promise.all(names.map((name) => startParticipant(name, join(folder, name), clock)));
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error('three were started');
  for (const [one, other, limit] of [
    [bob, alice, '100'],
    [carol, bob, '80'],
  ] as const) {
    await other.client.putContact({ who: await cardOf(one) });
    await one.client.putContact({ who: await cardOf(other) });
    await one.client.setTrustLine({ who: other.name, equivalent: 'UAH', limit, waitMs: 20_000 });
  }
  await alice.client.putContact({ who: await cardOf(carol) });
  await canPay(alice, 'Carol');
  return [alice, bob, carol];
}

/** Its contact card. */
export async function cardOf({ client }: TestNode): Promise<string> {
  return (await client.getId()).card;
}

/** The error that the API answers. */
export async function refused(asked: Promise<unknown>): Promise<ApiError> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`expected a refusal, not ${String(error)}`);
  return error;
}

/** Who owes a participant how much (below zero: is owed), by name. */
export async function balanceOf({ client }: TestNode, equivalent = 'UAH'): Promise<Record<string, string>> {
  const { accounts } = await client.getBalance({ equivalent });
  return Object.fromEntries(accounts.map(({ neighbour, balance }) => [neighbour.name ?? neighbour.pid, balance]));
}

/** Waits for the map. It comes by gossip, which tells nobody when it is there. */
export async function canPay({ client }: Pick<TestNode, 'client'>, to: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { payable } = await client.previewPayment({ to, equivalent: 'UAH', amount: '1' });
      if (!payable) throw new Error(`no route to ${to} yet`);
    },
    { timeout: 30_000, interval: 50 },
  );
}

export type EventMessage = z.infer<typeof eventMessage>;
/** One that is no reset. */
export type TypedNotice = Extract<EventMessage, { notice: unknown }>;

/** Reads events up to the first that fits, and closes the stream. */
export async function until(events: EventStream, fits: (event: TypedNotice) => boolean): Promise<EventMessage[]> {
  const seen: EventMessage[] = [];
  for await (const event of events) {
    seen.push(event);
    if ('notice' in event && fits(event)) break;
  }
  events.close();
  return seen;
}

/** The next event; closes the stream. */
export async function next(events: EventStream): Promise<EventMessage | undefined> {
  for await (const event of events) {
    events.close();
    return event;
  }
  return undefined;
}
