/**
 * Serves the page of the network designer to the browser of whoever started it: on the loopback interface only, opened
 * by a link that works once. The page runs the network itself; this process reads and saves one file.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BadFile } from '../graphs/lines.ts';
import { BadStudy } from '../study/file.ts';
import { type DesignFile, FILE_PATH, KEY_HEADER, READ_PATH, SESSION_PATH } from './contract.ts';
import { openDesign, readDesign, saveDesign } from './file.ts';

/** No script, style, picture or connection but this process's own, and nobody else's frame around it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const PAGES = '/ui/';
const PAGE = `${PAGES}designer.html`;
const MOST_BYTES = 4 * 1024 * 1024;
const SECRET_BYTES = 32;
const TOO_LARGE = 413;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const sessionBody = z.strictObject({ secret: z.string().max(256) });
const readBody = z.strictObject({ text: z.string() });
const saveBody = z.strictObject({ study: z.record(z.string(), z.unknown()) });

/** Something that the page may not do, or cannot. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A running designer. */
export interface Designer {
  /** Opens the page, once. */
  readonly link: string;
  close(): Promise<void>;
}

/** Where the built pages are: two folders above this file, or one above what `npm pack` bundles. */
export function pagesFolder(): string {
  const root = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url);
  return fileURLToPath(new URL('desktop/ui/dist/', root));
}

/** Serves the designer of a file; port 0 takes any that is free. */
export async function serveDesigner(path: string, port: number): Promise<Designer> {
  const host = new DesignHost(path);
  const server = createServer((request, response) => void host.answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = originOf(server);
  host.origin = origin;
  return {
    link: `${origin}${PAGE}#/open/${host.secret}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('bug: the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

class DesignHost {
  readonly secret = randomBytes(SECRET_BYTES).toString('base64url');
  origin = '';
  readonly #path: string;
  /** What the secret was exchanged for; null: it was not yet. */
  #key: string | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // Another name for this machine is how foreign pages would reach it.
      if (request.headers.host !== new URL(this.origin).host)
        throw new Refused(403, 'This is not the address of the designer.');
      const { pathname } = new URL(request.url ?? '/', this.origin);
      if (pathname.startsWith(PAGES) && request.method === 'GET') await sendPage(pathname, response);
      else sendJson(response, 200, await this.#carryOut(`${request.method} ${pathname}`, request));
    } catch (error) {
      const isWrong = error instanceof BadStudy || error instanceof BadFile;
      const status = error instanceof Refused ? error.status : isWrong ? 400 : 500;
      sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #carryOut(what: string, request: IncomingMessage): Promise<DesignFile | { readonly key: string }> {
    if (what === `POST ${SESSION_PATH}`) return this.#open(await bodyOf(request, sessionBody));
    if (!isSame(request.headers[KEY_HEADER], this.#key)) {
      throw new Refused(401, 'This page is closed: start “geo sim design” again and open the link that it shows.');
    }
    switch (what) {
      case `GET ${FILE_PATH}`:
        return openDesign(this.#path);
      case `PUT ${FILE_PATH}`:
        return saveDesign(this.#path, (await bodyOf(request, saveBody)).study);
      case `POST ${READ_PATH}`:
        return readDesign(this.#path, (await bodyOf(request, readBody)).text);
      default:
        throw new Refused(404, `There is nothing at ${what}.`);
    }
  }

  #open({ secret }: z.output<typeof sessionBody>): { readonly key: string } {
    if (this.#key !== null || !isSame(secret, this.secret)) {
      throw new Refused(401, 'This link was used already: start “geo sim design” again for a new one.');
    }
    this.#key = randomBytes(SECRET_BYTES).toString('base64url');
    return { key: this.#key };
  }
}

function isSame(given: string | string[] | undefined, expected: string | null): boolean {
  if (typeof given !== 'string' || expected === null || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected.padEnd(given.length)));
}

async function bodyOf<S extends z.ZodType>(request: IncomingMessage, schema: S): Promise<z.output<S>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Refused(TOO_LARGE, `The file has more than ${MOST_BYTES} bytes.`);
    parts.push(part);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new Refused(400, 'The request is no JSON.');
  }
  const body = schema.safeParse(value);
  if (!body.success) throw new Refused(400, 'The request has not the fields that it should have.');
  return body.data;
}

async function sendPage(pathname: string, response: ServerResponse): Promise<void> {
  const folder = pagesFolder();
  const file = normalize(join(folder, decodeURIComponent(pathname.slice(PAGES.length))));
  const type = TYPES[extname(file)];
  const content =
    file.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`) && type !== undefined
      ? await readFile(file).catch(() => null)
      : null;
  if (content === null || type === undefined) throw new Refused(404, 'There is no such page.');
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(content);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    // Of what is too large the rest was not read.
    ...(status === TOO_LARGE && { connection: 'close' }),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(value));
}
