/** A wire between a dialler and a listener that a test can cut, freeze, clog or slow down without either end being told. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Which way bytes go: from the dialler to the listener, or back. */
export type Direction = 'there' | 'back';

export interface TcpProxy {
  /** `/ip4/127.0.0.1/tcp/…` of the near end. */
  readonly address: string;
  /** How many go through it now. */
  readonly connections: number;
  /** How many have ever come. */
  readonly accepted: number;
  /** Destroys all connections; new ones are taken. */
  cut(): void;
  /** From now on nothing goes through the connections there are, and nothing tells their ends. New ones are not affected. */
  freeze(): void;
  /** From now on nothing goes one way through the connections there are. */
  clog(direction: Direction): void;
  stop(): Promise<void>;
}

interface ProxyOptions {
  /** Address of this machine that the far end sees as the caller's. */
  readonly from?: string;
  /** How long the next chunk of bytes is held back, one way. None overtakes another. */
  readonly delayMs?: () => number;
}

interface Lane {
  readonly direction: Direction;
  readonly source: Socket;
  readonly sink: Socket;
  isClogged: boolean;
}

/** @param target multiaddr of the far end. */
export async function startTcpProxy(target: string, options: ProxyOptions = {}): Promise<TcpProxy> {
  const port = Number(/\/tcp\/(\d+)/.exec(target)?.[1]);
  const { from: localAddress, delayMs } = options;
  const lanes = new Set<Lane>();
  let accepted = 0;
  const open = (lane: Lane): void => {
    const { source, sink } = lane;
    let turn = Promise.resolve();
    lanes.add(lane);
    source.on('data', (data) => {
      if (lane.isClogged) return;
      if (delayMs === undefined) return void sink.write(data);
      const held = new Promise((resolve) => setTimeout(resolve, delayMs()));
      turn = turn.then(async () => held).then(() => void sink.write(data));
    });
    source.on('error', () => {});
    source.on('close', () => {
      lanes.delete(lane);
      sink.destroy();
    });
  };
  const server = createServer((near) => {
    accepted++;
    const far = connect({ port, host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) });
    open({ direction: 'there', source: near, sink: far, isClogged: false });
    open({ direction: 'back', source: far, sink: near, isClogged: false });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const clog = (lane: Lane): void => {
    lane.isClogged = true;
    lane.source.pause();
  };
  return {
    address: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`,
    get connections() {
      return lanes.size / 2;
    },
    get accepted() {
      return accepted;
    },
    cut() {
      for (const { source } of lanes) source.destroy();
    },
    freeze() {
      for (const lane of lanes) {
        clog(lane);
        // Neither end hears that the other has gone.
        lane.source.removeAllListeners('close');
      }
    },
    clog(direction) {
      for (const lane of lanes) if (lane.direction === direction) clog(lane);
    },
    async stop() {
      for (const { source } of lanes) source.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
