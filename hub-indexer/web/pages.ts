/** The pages of members: built files of `desktop/ui`, the same for everybody; who is a member is known to the browser alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { packageFile } from '#node/entry.ts';

const PAGE = 'member.html';
/** Files whose names change with what is in them. */
const NAMED_BY_CONTENT = /[\\/]assets[\\/][^\\/]+$/;

/**
 * No script, style, picture or connection but of this hub, nothing inline, no form sent anywhere, and nobody else's frame
 * around it: what comes from elsewhere could use the key in the browser.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // What is scanned is a picture of a link.
  'permissions-policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
};

function filesFolder(): string {
  return packageFile('desktop/ui/dist/member');
}

/** Are the pages built? They are in what npm packs; in a checkout `npm run build:ui` makes them. */
export function areMemberPagesThere(): boolean {
  return existsSync(join(filesFolder(), PAGE));
}

/** Serves the pages at the root of an app. */
export async function addMemberPages(app: FastifyInstance): Promise<void> {
  await app.register(staticFiles, {
    root: filesFolder(),
    prefix: '/',
    index: [PAGE],
    // What is none of the files is for others to answer: the API says what it does not know in its own words.
    wildcard: false,
    cacheControl: false,
    setHeaders(response, path) {
      response.headers({
        ...HEADERS,
        'cache-control': NAMED_BY_CONTENT.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      });
    },
  });
}
