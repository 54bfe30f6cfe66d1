/**
 * Connections of which nobody knows yet whose they are. Any program on this machine may open some, say nothing on them
 * or say it very slowly; they get a bounded time and a bounded number of places, and the newest takes the place of the
 * one that has been silent longest, so that the owner is always let in.
 */
import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

/** Time for a head, and for a whole request. Programs on the same machine need milliseconds. */
const HEAD_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** How often both are looked at. */
const CHECK_INTERVAL_MS = 1_000;
/** How long a connection is kept for the next request. */
const KEEP_ALIVE_MS = 10_000;
/** Far more than the programs of one person open at a time before they have said who they are. */
const MAX_GUESTS = 256;
/** All connections: those of the owner's programs too, one for each that waits for a payment or for events. */
const MAX_CONNECTIONS = 2_048;

/** What the HTTP server of the API is made with. */
export const SERVER_OPTIONS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  http: {
    headersTimeout: HEAD_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // A request without a host is answered in our words, like one with a wrong host.
    requireHostHeader: false,
  } satisfies ServerOptions,
};

export class Guests {
  /** Requests that are being worked on. */
  readonly #busy = new WeakMap<Socket, number>();
  /** In the order in which they came. */
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket: Socket) => this.#admit(socket));
    server.on('request', ({ socket }, response) => {
      this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1);
      response.once('close', () => this.#busy.set(socket, (this.#busy.get(socket) ?? 1) - 1));
    });
  }

  /** Somebody with a good token speaks on it: it is no guest any more. */
  leave(socket: Socket): void {
    this.#sockets.delete(socket);
  }

  /** Does somebody wait for an answer on it? */
  isBusy(socket: Socket): boolean {
    return (this.#busy.get(socket) ?? 0) > 0;
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#sockets.size <= MAX_GUESTS) return;
    const [oldest] = this.#sockets;
    oldest?.destroy();
  }
}
