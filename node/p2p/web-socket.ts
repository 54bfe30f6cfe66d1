/**
 * The transport over WebSocket: for browsers, and through networks that let nothing else out.
 *
 * The library lets a stranger end the process with one malformed frame, keep a socket that says nothing for ever, or send
 * one message of 100 MB; it cannot break a connection off; and it looks names up by itself, so that whoever gave an address
 * could have it stand for a service of this machine's own network. All that is mended here.
 */
import type { LookupFunction, Server, Socket } from 'node:net';
import type {
  Connection,
  DialTransportOptions,
  Listener,
  MultiaddrConnection,
  Transport,
  Upgrader,
} from '@libp2p/interface';
import { webSockets } from '@libp2p/websockets';
import type { Multiaddr } from '@multiformats/multiaddr';
import { WebSocket } from 'ws';
import { MAX_STREAM_WINDOW_BYTES, MAX_WEB_SOCKETS, WEB_SOCKET_OPEN_MS } from './limits.ts';

type Factory = ReturnType<typeof webSockets>;

/** What the library keeps to itself. */
interface Inner extends Transport {
  _connect(address: Multiaddr, options: DialTransportOptions): Promise<WebSocket>;
}

interface InnerListener extends Listener {
  readonly server: Server;
  readonly wsServer: { readonly options: { maxPayload?: number } };
}

interface InnerConnection extends MultiaddrConnection {
  readonly websocket: WebSocket;
  sendReset(): void;
}

export function boundedWebSockets(lookup: LookupFunction): Factory {
  const create = webSockets();
  return (components) => {
    const transport = create(components) as Inner;
    const [dial, createListener] = [transport.dial.bind(transport), transport.createListener.bind(transport)];
    transport._connect = async (address, { signal }) => open(uriOf(address.toString()), lookup, signal);
    transport.dial = async (address, options) => dial(address, { ...options, upgrader: mending(options.upgrader) });
    transport.createListener = (options) => {
      const listener = createListener({ ...options, upgrader: mending(options.upgrader) }) as InnerListener;
      listener.wsServer.options.maxPayload = MAX_STREAM_WINDOW_BYTES;
      listener.server.maxConnections = MAX_WEB_SOCKETS;
      listener.server.on('connection', hurry);
      return listener;
    };
    return transport;
  };
}

/** Ends a socket that has not become a WebSocket in time. */
function hurry(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  const late = setTimeout(() => socket.destroy(), WEB_SOCKET_OPEN_MS);
  socket.once('close', () => clearTimeout(late));
  opening.set(socket, late);
}
const opening = new WeakMap<object, NodeJS.Timeout>();

/** Makes the connections that are upgraded able to break off, and to bear what a stranger sends. */
function mending(upgrader: Upgrader): Upgrader {
  const mend = (raw: MultiaddrConnection): void => {
    const connection = raw as InnerConnection;
    const { websocket } = connection;
    clearTimeout(opening.get((websocket as WebSocket & { readonly _socket: object })._socket));
    // Without it a malformed frame of a stranger would end the process; it ends the connection as well.
    websocket.on('error', () => undefined);
    connection.sendReset = () => websocket.terminate();
  };
  const mended: Pick<Upgrader, 'upgradeInbound' | 'upgradeOutbound'> = {
    async upgradeInbound(raw, options): Promise<void> {
      mend(raw);
      await upgrader.upgradeInbound(raw, options);
    },
    async upgradeOutbound(raw, options): Promise<Connection> {
      mend(raw);
      return upgrader.upgradeOutbound(raw, options);
    },
  };
  return Object.assign(Object.create(upgrader), mended) as Upgrader;
}

/** `/dns/example.org/tcp/443/tls/ws` is `wss://example.org:443`. */
function uriOf(address: string): string {
  const [, kind, host, , port, secure] = address.split('/') as [string, string, string, string, string, string];
  return `${secure === 'tls' ? 'wss' : 'ws'}://${kind === 'ip6' ? `[${host}]` : host}:${port}`;
}

async function open(uri: string, lookup: LookupFunction, signal: AbortSignal | undefined): Promise<WebSocket> {
  signal?.throwIfAborted();
  const options = { lookup, perMessageDeflate: false, maxPayload: MAX_STREAM_WINDOW_BYTES };
  const socket = new WebSocket(uri, options);
  socket.binaryType = 'arraybuffer';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => {
    reject(signal?.reason as Error);
    socket.terminate();
  };
  socket.once('open', resolve);
  // It stays: an error later on comes with the end of the connection.
  socket.on('error', reject);
  signal?.addEventListener('abort', giveUp);
  await promise.finally(() => signal?.removeEventListener('abort', giveUp));
  return socket;
}
