/** Clients of the event stream that do not read what they asked for: what waits for them is bounded, and they are cut. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { NodeContext } from '#node/api/context.ts';
import { EventLog } from '#node/api/event-log.ts';
import { rightOf, STREAM_OPTIONS, streamEvents } from '#node/api/event-stream.ts';
import { systemClock } from '#node/clock.ts';

const MEGABYTE = 1_048_576;

let server: WebSocketServer;
let events: EventLog;
let client: WebSocket;
let served: WebSocket;

beforeEach(async () => {
  events = new EventLog('ab'.repeat(16));
  const context = { events, clock: systemClock, log: pino({ level: 'silent' }) } as unknown as NodeContext;
  server = new WebSocketServer({ ...STREAM_OPTIONS, host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    served = socket;
    streamEvents(context, socket, rightOf(context, { caller: null, page: null }), undefined);
  });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connected = once(server, 'connection');
  await once(client, 'open');
  await connected;
});

afterEach(() => {
  client.terminate();
  server.close();
});

/** Tells so many things, as a busy node would: the network gets its turn in between. Returns most that ever waited. */
async function tell(happenings: number): Promise<number> {
  let most = 0;
  for (let told = 0; told < happenings; told++) {
    events.append({ type: 'map', changed: 1 }, 1);
    most = Math.max(most, served.bufferedAmount);
    if (told % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return most;
}

it('one that never reads is cut, and until then no more than a megabyte waits for it', async () => {
  client.pause();
  const cut = once(served, 'close');
  expect(await tell(200_000)).toBeLessThan(MEGABYTE + 4_096);
  await cut;
  expect(await tell(1_000)).toBeLessThan(MEGABYTE + 4_096);
});

it('one that only sends pings and never reads the answers is cut', async () => {
  client.pause();
  const cut = once(served, 'close');
  let most = 0;
  // 250,000 answers of 127 bytes: more than any system keeps for a connection.
  for (let sent = 0; sent < 250_000 && served.readyState === served.OPEN; sent++) {
    client.ping(Buffer.alloc(125));
    most = Math.max(most, served.bufferedAmount);
    if (sent % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await cut;
  expect(most).toBeLessThan(2 * MEGABYTE);
});

it('one that is slow reads up to where it was sent away, with the cursor to go on', async () => {
  const cursors: string[] = [];
  client.on('message', (data: Buffer) => cursors.push((JSON.parse(data.toString()) as { cursor: string }).cursor));
  client.pause();
  while (served.readyState === served.OPEN) await tell(10_000);
  client.resume();
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  expect({ code, reason: reason.toString() }).toEqual({ code: 1013, reason: 'too slow; come back with the cursor' });
  expect(cursors.length).toBeGreaterThan(1_000);
  expect(cursors).toEqual(cursors.map((_cursor, at) => `${'ab'.repeat(16)}:${at + 1}`));
});
