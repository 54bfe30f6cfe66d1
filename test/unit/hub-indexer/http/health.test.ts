/** What a hub says of itself while it starts. */
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { addHealth } from '#hub-indexer/http/health.ts';

async function ready(index: boolean, members: boolean | null): Promise<unknown> {
  const app = fastify();
  addHealth(app, { isIndexReady: () => index, areMembersServed: () => members });
  const [health, answer] = await Promise.all([app.inject('/healthz'), app.inject('/readyz')]);
  expect([health.statusCode, health.json()]).toEqual([200, { ok: true }]);
  return [answer.statusCode, answer.json()];
}

describe('a hub is ready', () => {
  it('when its index is, and members are served if it hosts any', async () => {
    expect(await ready(true, null)).toEqual([200, { ready: true, index: true, members: null }]);
    expect(await ready(true, true)).toEqual([200, { ready: true, index: true, members: true }]);
  });

  it('not before', async () => {
    expect(await ready(true, false)).toEqual([503, { ready: false, index: true, members: false }]);
    expect(await ready(false, true)).toEqual([503, { ready: false, index: false, members: true }]);
    expect(await ready(false, null)).toEqual([503, { ready: false, index: false, members: null }]);
  });
});
