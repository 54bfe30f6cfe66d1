/** A wire between a dialler and a listener that a test can cut, or freeze without either end being told. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** `/ip4/127.0.0.1/tcp/…` of the near end. */
  readonly address: string;
  /** How many go through it now. */
  readonly connections: number;
  /** Destroys all connections; new ones are taken. */
  cut(): void;
  /** From now on nothing goes through the connections there are, and nothing tells their ends. */
  freeze(): void;
  stop(): Promise<void>;
}

/** @param target multiaddr of the far end. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const port = Number(/\/tcp\/(\d+)/.exec(target)?.[1]);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`,
    get connections() {
      return sockets.size / 2;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      for (const socket of sockets) {
        socket.removeAllListeners('data');
        socket.removeAllListeners('close');
        socket.pause();
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
