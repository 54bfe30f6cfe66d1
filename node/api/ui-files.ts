/** The pages of the node: built files of `desktop/ui`, and the exchange of a link's secret for a session. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { packageFile } from '../entry.ts';
import { type NodeRefusal, refuseHere } from '../refusals.ts';
import { sessionCookieName, sessionOf } from './access.ts';
import { browserName } from './browser-name.ts';
import type { NodeContext } from './context.ts';
import { UI_PATH, UI_SESSION_PATH } from './contract.ts';
import { refusalAnswer } from './errors.ts';

/** No script, style, picture or connection but this node's own, and nobody else's frame around it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const sessionBody = z.strictObject({ secret: z.string().min(1).max(256) });

/** Are the pages built? They are in what npm packs; in a checkout `npm run build:ui` makes them. */
export function areUiFilesThere(): boolean {
  return existsSync(join(filesFolder(), 'index.html'));
}

function filesFolder(): string {
  return packageFile('desktop/ui/dist');
}

/** Serves the pages to whoever asks: they hold nothing of anybody. */
export async function serveUiFiles(app: FastifyInstance): Promise<void> {
  await app.register(staticFiles, {
    root: filesFolder(),
    prefix: UI_PATH,
    // What is before these routes says it for all.
    cacheControl: false,
    setHeaders: (response) => {
      response.headers({ 'content-security-policy': CONTENT_SECURITY_POLICY, 'referrer-policy': 'no-referrer' });
    },
  });
}

/** Serves the pages, and lets browsers in that bring the secret of a link. */
export async function addUi(app: FastifyInstance, context: NodeContext): Promise<void> {
  await serveUiFiles(app);
  app.get(UI_PATH.replace(/\/$/, ''), { schema: { hide: true } }, (_request, response) => response.redirect(UI_PATH));
  app.post(UI_SESSION_PATH, { schema: { hide: true, body: sessionBody } }, (request, response) =>
    letIn(context, request, response),
  );
}

/** Exchanges the secret of a link for a session. */
async function letIn(context: NodeContext, request: FastifyRequest, response: FastifyReply): Promise<FastifyReply> {
  const { secret } = request.body as z.output<typeof sessionBody>;
  // Programs have the cookie file; this is for browsers, which always say whose page it is.
  const { origin, 'user-agent': agent } = request.headers;
  if (origin === undefined) return refuse(context, response, refuseHere('wrong-origin', { origin: '' }));
  const session = await context.ui.open(secret, context.clock.nowMs(), browserName(agent));
  if (typeof session === 'string') return refuse(context, response, refuseHere('link-used', { why: session }));
  await endEarlier(context, request.headers);
  const name = sessionCookieName(request.socket.localPort ?? 0);
  response.header('set-cookie', `${name}=${session.cookie}; Path=/; HttpOnly; SameSite=Strict`);
  return response.send({ key: session.key, id: session.id });
}

function refuse(context: NodeContext, response: FastifyReply, refusal: NodeRefusal): FastifyReply {
  const { status, body } = refusalAnswer(context, refusal);
  return response.status(status).send(body);
}

/** What a browser was let in with before gives way to the new: it has one cookie and one key for this node. */
async function endEarlier({ ui, clock }: NodeContext, headers: FastifyRequest['headers']): Promise<void> {
  const halves = sessionOf(headers);
  const earlier = halves === null ? null : ui.use(halves, clock.nowMs());
  if (earlier !== null) await ui.end(earlier.id);
}
