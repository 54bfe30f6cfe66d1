/** A driver alone, over a store that a test holds back, lets go or breaks, with all that comes out of it. */
import { pino } from 'pino';
import { createDriver, type Driver, type DriverOptions } from '#node/driver.ts';
import type { Failure } from '#node/failure.ts';
import { createMetrics, type Metrics } from '#node/metrics.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, type Message } from '#protocol/link.ts';
import { type Archive, type DurableRecord, Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { ManualClock } from './manual-clock.ts';
import { type Person, THEN_MS, verify } from './people.ts';

/** One call of `write` that waits for the test. */
export interface Write {
  readonly records: readonly DurableRecord[];
  readonly sync: boolean;
  succeed(): void;
  fail(error: unknown): void;
}

export interface Rig {
  readonly driver: Driver;
  readonly clock: ManualClock;
  readonly metrics: Metrics;
  /** Writes that have not ended; never more than one if the driver is right. */
  readonly writes: Write[];
  readonly saved: Set<DurableRecord>;
  readonly sent: { readonly to: PublicKey; readonly message: Message }[];
  readonly failures: Failure[];
  readonly logged: Record<string, unknown>[];
  /** Lets every write succeed, now and later. */
  writeAtOnce(): void;
}

/** A driver of this person in the network `geo-test`, not started. */
export function rigOf(
  person: Person,
  onSend: (to: PublicKey, message: Message) => void = () => undefined,
  archive: Archive | null = null,
  hand?: DriverOptions['hand'],
): Rig {
  const clock = new ManualClock(THEN_MS);
  const metrics = createMetrics();
  const writes: Write[] = [];
  const saved = new Set<DurableRecord>();
  const sent: Rig['sent'] = [];
  const failures: Failure[] = [];
  const logged: Rig['logged'] = [];
  let atOnce = false;
  const driver = createDriver({
    records: new Records(person.key, 'geo-test', archive),
    sign: person.sign,
    verify,
    clock,
    metrics,
    log: pino({ level: 'trace' }, { write: (line) => void logged.push(JSON.parse(line)) }),
    ...(hand === undefined ? {} : { hand }),
    onFailure: (failure) => void failures.push(failure),
    send(to, frame) {
      const message = decodeMessage(frame);
      if (isRefusal(message)) throw new Error(`an undecodable frame was sent: ${message.why}`);
      onSend(to, message);
      sent.push({ to, message });
    },
    store: {
      write(records, { sync }) {
        if (atOnce) {
          for (const record of records) saved.add(record);
          return Promise.resolve();
        }
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const end = (): void => void writes.splice(writes.indexOf(write), 1);
        const write: Write = {
          records,
          sync,
          succeed() {
            end();
            for (const record of records) saved.add(record);
            resolve();
          },
          fail(error) {
            end();
            reject(error);
          },
        };
        writes.push(write);
        return promise;
      },
    },
  });
  const writeAtOnce = (): void => {
    atOnce = true;
    for (const write of [...writes]) write.succeed();
  };
  return { driver, clock, metrics, writes, saved, sent, failures, logged, writeAtOnce };
}

/** Resolves when all that was going to happen without the test has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
