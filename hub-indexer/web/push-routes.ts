/** Routes by which a browser of a member asks to be told of what happens while its page is closed. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MAX_ENDPOINT_CHARACTERS } from '../limits.ts';
import type { PushDesk } from '../push/push-desk.ts';
import { addRoute } from './routes.ts';
import { done } from './schemas.ts';

export type Push = Pick<PushDesk, 'publicKey' | 'subscribe' | 'unsubscribe' | 'opened'>;

const ENDPOINT_LIMIT = `it should be the address of a push service, at most ${MAX_ENDPOINT_CHARACTERS} characters`;
const endpoint = z.string(ENDPOINT_LIMIT).min(1, ENDPOINT_LIMIT).max(MAX_ENDPOINT_CHARACTERS, ENDPOINT_LIMIT);
const keyOf = (characters: number, limit: string) =>
  z.string(limit).regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), limit);

const subscription = z.strictObject({
  endpoint: endpoint.describe('Where its push service takes what is for the browser'),
  expirationTime: z.number('it should be a time, or null').nullable().optional().describe('Not looked at'),
  keys: z.strictObject({
    p256dh: keyOf(87, 'it should be a point of P-256, 65 bytes in base64url'),
    auth: keyOf(22, 'it should be 16 bytes in base64url'),
  }),
});

export function addPushRoutes(scope: FastifyInstance, push: Push): void {
  addRoute(scope, {
    ...{ method: 'GET', path: '/push', name: 'getPush', access: 'member' },
    summary: 'What a browser needs to be told of what happens while your page is closed',
    input: {},
    result: z.object({ publicKey: z.string().describe('Of the hub for push services (RFC 8292), base64url') }),
    handle: () => ({ publicKey: push.publicKey }),
  });
  addRoute(scope, {
    ...{ method: 'PUT', path: '/push/subscriptions', name: 'subscribe', access: 'signed' },
    summary: 'Tell this browser, too: its PushSubscription as JSON. The oldest of more than a few is forgotten',
    input: { body: subscription },
    result: done,
    async handle({ body }, { member }) {
      const { p256dh, auth } = body.keys;
      const refusal = await push.subscribe(member.publicKey, { endpoint: body.endpoint, p256dh, auth });
      return refusal ?? { done: true as const };
    },
  });
  addRoute(scope, {
    ...{ method: 'DELETE', path: '/push/subscriptions', name: 'unsubscribe', access: 'signed' },
    summary: 'Tell this browser nothing any more',
    input: { body: z.strictObject({ endpoint }) },
    result: done,
    async handle({ body }, { member }) {
      await push.unsubscribe(member.publicKey, body.endpoint);
      return { done: true as const };
    },
  });
}
