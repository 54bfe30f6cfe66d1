/** Answers `geo-app://` with the built files of the window, and with the policy that keeps everything else out. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isOwnUrl } from './origin.ts';

/**
 * Nothing but the program's own files, nothing inline, no address to connect to: the page speaks over the bridge. What it
 * makes itself (a file to save, a picture to read a code from) has a `blob:` address.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self'",
  'media-src blob:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** With every answer. The camera is for the page alone, to read codes. */
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
  'cache-control': 'no-store',
} as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** As much of a path as built files have: no dots but before the ending, no escapes. */
const PATH = /^\/ui((?:\/[A-Za-z0-9_-]+)*\/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/;

/** What answers requests for the pages in this folder. */
export function servePages(folder: string): (request: Pick<Request, 'method' | 'url'>) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET') return plain(405, 'only GET is answered here');
    const path = isOwnUrl(url) ? PATH.exec(new URL(url).pathname)?.[1] : undefined;
    const type = path === undefined ? undefined : TYPES[extname(path)];
    if (path === undefined || type === undefined) return plain(404, 'there is no such page');
    try {
      const content = await readFile(join(folder, path));
      return new Response(new Uint8Array(content), { headers: { ...HEADERS, 'content-type': type } });
    } catch {
      return plain(404, 'there is no such page');
    }
  };
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}
