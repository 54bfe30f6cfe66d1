/**
 * A push service on loopback and browsers that are subscribed to it. It takes what comes as one on the Internet would, and
 * looks at the signature (RFC 8292); a browser decrypts what is for it (RFC 8188, RFC 8291) by itself, without the library
 * with which the hub encrypts.
 */
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK, jwtVerify } from 'jose';
import { onTestFinished } from 'vitest';

export interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface PushService {
  readonly url: string;
  readonly pushed: readonly Pushed[];
  /** What it answers from now on; `null`: nothing, for ever. */
  answer(status: number | null): void;
}

/** It ends with the test. */
export async function startPushService(): Promise<PushService> {
  const pushed: Pushed[] = [];
  let status: number | null = 201;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      pushed.push({ path: request.url ?? '', headers: request.headers, body });
      if (status !== null) response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushed,
    answer(next) {
      status = next;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** A browser that can be told. */
export class SubscribedBrowser {
  readonly endpoint: string;
  readonly #keys: ECDH;
  readonly #auth = randomBytes(16);

  constructor(url: string, name: string) {
    this.endpoint = `${url}/${name}`;
    this.#keys = createECDH('prime256v1');
    this.#keys.generateKeys();
  }

  /** As a browser writes its `PushSubscription`. */
  toJSON() {
    const keys = { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
    return { endpoint: this.endpoint, expirationTime: null, keys };
  }

  /** What was pushed, as its page gets it. Throws where it is not for this browser. */
  open({ headers, body }: Pushed): string {
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error(`it is ${headers['content-encoding']}`);
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body.readUInt8(20));
    const sealed = body.subarray(21 + sender.length);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const secret = Buffer.from(hkdfSync('sha256', this.#keys.computeSecret(sender), this.#auth, info, 32));
    const derive = (what: string, bytes: number): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${what}\0`, bytes));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }
}

/** What the signature on a push says, once it is found to be that of the key. Throws where it is not. */
export async function signedIn({ headers }: Pushed, publicKey: string): Promise<Readonly<Record<string, unknown>>> {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  if (key !== publicKey) throw new Error(`it is signed with ${key}`);
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url')) as [
    string,
    string,
  ];
  const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'));
  return payload;
}
