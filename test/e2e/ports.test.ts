import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { readConfig, USUAL_API_PORT } from '#node/config.ts';
import { withFreePorts } from '#node/ports.ts';

const log = pino({ level: 'silent' });
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** Takes a port, unless somebody has it already: either way it is taken then. */
async function take(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening').then(
    () => servers.push(server),
    () => undefined,
  );
}

const config = (flags: Record<string, unknown>) =>
  readConfig({ flags: { dataDir: '/nowhere', ...flags }, environment: {} });

it('takes any free port where a usual one is taken', async () => {
  await take('0.0.0.0', 4610);
  await take('127.0.0.1', USUAL_API_PORT);
  const { listen, apiPort } = await withFreePorts(config({}), log);
  expect({ listen, apiPort }).toEqual({ listen: ['/ip4/0.0.0.0/tcp/0'], apiPort: 0 });
});

it('keeps ports that somebody chose, taken or not', async () => {
  const chosen = config({ listen: ['/ip4/127.0.0.1/tcp/4610'], apiPort: '4612' });
  await take('127.0.0.1', 4610);
  await take('127.0.0.1', 4612);
  expect(await withFreePorts(chosen, log)).toEqual(chosen);
});
