/** A client of the API's port that keeps to no rule, and the node whose port it is. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient } from '#node/api/client.ts';
import { startParticipant, type TestNode } from './nodes.ts';

/** What came back to a request. */
interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly code: string | undefined;
  readonly message: string | undefined;
}

export class ApiPort {
  readonly alice: TestNode;
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, alice: TestNode) {
    this.#folder = folder;
    this.alice = alice;
  }

  static async start(): Promise<ApiPort> {
    const folder = await mkdtemp(join(tmpdir(), 'geo-hostility-'));
    return new ApiPort(folder, await startParticipant('Alice', folder));
  }

  /** Another one after each start. */
  get port(): number {
    return Number(new URL(this.alice.url).port);
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  bearer(secret: string): Record<string, string> {
    return { host: this.host, authorization: `Bearer ${secret}` };
  }

  async send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
    const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, setHost: false });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const got = await text(response);
    const { error } = (got === '' ? {} : JSON.parse(got)) as { error?: { code: string; message: string } };
    return { status: response.statusCode, headers: response.headers, code: error?.code, message: error?.message };
  }

  /** A connection that says nothing yet. */
  async open(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    this.keep(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Ends it with the test, and minds no errors on it. */
  keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
  }

  /** All that comes over a connection until it ends. */
  async answerTo(bytes: string): Promise<string> {
    const socket = await this.open();
    socket.write(bytes);
    return text(socket);
  }

  /** Throws unless the owner is served. */
  async serveOwner(): Promise<void> {
    await createClient(this.alice.url, this.alice.cookie).getStatus();
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async stop(): Promise<void> {
    this.hangUp();
    await this.alice.node.stop('the test is over');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
