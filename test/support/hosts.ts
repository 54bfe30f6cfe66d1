/** Hosts on loopback that remember what happens to them, so that a test waits for events instead of sleeping. */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createMetrics, type Metrics } from '#node/metrics.ts';
import { createHost, type Host, type HostHandlers, type HostOptions } from '#node/p2p/host.ts';
import type { GossipVerdict, SignedAnnouncement } from '#protocol/announcement.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';

/** What a host reported, in order; its frames are kept apart. */
export type HostEvent =
  | { readonly type: 'up' | 'down' | 'twin'; readonly neighbour: PublicKey }
  | { readonly type: 'twin-of-self'; readonly neighbour: PublicKey; readonly instance: string }
  | { readonly type: 'announcement'; readonly signed: SignedAnnouncement };

export interface RecordedHost {
  readonly host: Host;
  readonly publicKey: PublicKey;
  readonly metrics: Metrics;
  readonly events: readonly HostEvent[];
  /** Messages of the log, with their facts. */
  readonly logged: Readonly<Record<string, unknown>>[];
  /** Resolves once the condition holds; it is asked again after each event and frame. */
  until(condition: () => boolean): Promise<void>;
  untilLogged(message: string): Promise<void>;
  upCount(neighbour: PublicKey): number;
  downCount(neighbour: PublicKey): number;
  framesFrom(neighbour: PublicKey): readonly Uint8Array[];
  /** The value of a counter, over all its labels or those given. */
  counted(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<void>;
}

/** Stops all the hosts that it made. */
export class HostPark {
  readonly #hosts = new Set<RecordedHost>();

  async start(options: Partial<HostOptions> & { on?: Partial<HostHandlers> } = {}): Promise<RecordedHost> {
    const host = await startRecordedHost(options);
    this.#hosts.add(host);
    return host;
  }

  async stopAll(): Promise<void> {
    const hosts = [...this.#hosts];
    this.#hosts.clear();
    // One after the other: two that hang up on each other wait half a second.
    for (const host of hosts) await host.stop();
  }
}

export function randomSeed(): Uint8Array {
  return Uint8Array.from(randomBytes(32));
}

export function randomInstance(): string {
  return bytesToHex(randomBytes(16));
}

async function startRecordedHost(
  options: Partial<HostOptions> & { on?: Partial<HostHandlers> },
): Promise<RecordedHost> {
  const events: HostEvent[] = [];
  const logged: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const frames = new Map<PublicKey, Uint8Array[]>();
  const lookAgain = (): void => {
    for (const look of [...waiting]) look();
  };
  const record = (event: HostEvent): void => {
    events.push(event);
    lookAgain();
  };
  const { on = {}, ...rest } = options;
  const metrics = createMetrics();
  const host = await createHost({
    seed: randomSeed(),
    network: 'test',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    instance: randomInstance(),
    startedAtMs: Date.now(),
    log: pino(
      { level: 'debug' },
      {
        write(line) {
          logged.push(JSON.parse(line) as Record<string, unknown>);
          lookAgain();
        },
      },
    ),
    metrics,
    ...rest,
    handlers: {
      async frame(from, frame) {
        const known = frames.get(from);
        if (known === undefined) frames.set(from, [frame]);
        else known.push(frame);
        lookAgain();
        await on.frame?.(from, frame);
      },
      linkUp(neighbour) {
        record({ type: 'up', neighbour });
        on.linkUp?.(neighbour);
      },
      linkDown(neighbour) {
        record({ type: 'down', neighbour });
        on.linkDown?.(neighbour);
      },
      announcement(signed): GossipVerdict {
        record({ type: 'announcement', signed });
        return on.announcement?.(signed) ?? 'accept';
      },
      twin: (neighbour) => record({ type: 'twin', neighbour }),
      found: (...where) => on.found?.(...where),
      twinOfSelf: (neighbour, instance) => record({ type: 'twin-of-self', neighbour, instance }),
    },
  });
  const until = async (condition: () => boolean): Promise<void> => {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
    });
  };
  const count = (type: 'up' | 'down', neighbour: PublicKey): number =>
    events.filter((event) => event.type === type && 'neighbour' in event && event.neighbour === neighbour).length;
  return {
    host,
    publicKey: host.publicKey,
    metrics,
    events,
    logged,
    until,
    untilLogged: async (message) => until(() => logged.some(({ msg }) => msg === message)),
    upCount: (neighbour) => count('up', neighbour),
    downCount: (neighbour) => count('down', neighbour),
    framesFrom: (neighbour) => frames.get(neighbour) ?? [],
    async counted(name, labels = {}) {
      const metric = await metrics.registry.getSingleMetric(name)?.get();
      const wanted = Object.entries(labels);
      return (metric?.values ?? [])
        .filter((value) => wanted.every(([label, text]) => (value.labels as Record<string, unknown>)[label] === text))
        .reduce((sum, { value }) => sum + value, 0);
    },
    stop: async () => host.stop(),
  };
}
