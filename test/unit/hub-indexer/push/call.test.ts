import { expect, it } from 'vitest';
import { post } from '#hub-indexer/push/call.ts';
import { startPushService } from '#test/support/push-service.ts';

const HERE = [{ address: '127.0.0.1', family: 4 }];
const call = (url: string, signal = AbortSignal.timeout(10_000)) => ({
  ...{ url: new URL(url), headers: { ttl: 60 }, body: Buffer.from('sealed'), addresses: HERE, signal },
});

it('calls where the name was found, and looks up none', async () => {
  const service = await startPushService();
  const { port } = new URL(service.url);
  // There is no such name.
  expect(await post(call(`http://push.invalid:${port}/a?b`))).toBe(201);
  const [pushed] = service.pushed;
  expect([pushed?.path, pushed?.headers.host, pushed?.headers.ttl, pushed?.body.toString()]).toEqual([
    ...['/a?b', `push.invalid:${port}`, '60', 'sealed'],
  ]);
});

it('follows nothing', async () => {
  const service = await startPushService();
  service.answer(307);
  expect(await post(call(`${service.url}/a`))).toBe(307);
  expect(service.pushed).toHaveLength(1);
});

it('speaks TLS where the address says so, and ends in time', async () => {
  const service = await startPushService();
  const { port } = new URL(service.url);
  await expect(post(call(`https://push.invalid:${port}/a`))).rejects.toThrow();
  service.answer(null);
  await expect(post(call(`${service.url}/a`, AbortSignal.timeout(50)))).rejects.toThrow(/abort/i);
});
