/** Drivers over stores on disk, joined in memory. Whoever is down, or unlinked, loses what is sent to it. */
import { pino } from 'pino';
import { type Clock, systemClock } from '#node/clock.ts';
import { createDriver, type Driver } from '#node/driver.ts';
import { createMetrics } from '#node/metrics.ts';
import { openStore, type Store } from '#node/store/store.ts';
import type { Notice } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage } from '#protocol/link.ts';
import { Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { type Person, verify } from './people.ts';

export interface Running {
  readonly driver: Driver;
  readonly store: Store;
  /** The first notice from now on that fits. */
  notice(fits: (notice: Notice) => boolean): Promise<Notice>;
}

export class DriverNetwork {
  readonly #running = new Map<PublicKey, Running>();
  readonly #links = new Set<string>();
  /** Called with the type of each message before it is delivered; false loses it. */
  passes: (from: PublicKey, to: PublicKey, type: string) => boolean = () => true;

  async start(person: Person, folder: string, clock: Clock = systemClock): Promise<Running> {
    const store = await openStore(folder, { clock });
    const records = new Records(person.key, 'geo-test', store.read);
    await store.load(records);
    const driver = createDriver({
      records,
      store,
      sign: person.sign,
      verify,
      clock,
      metrics: createMetrics(),
      log: pino({ level: 'silent' }),
      send: (to, frame) => this.#send(person.key, to, frame),
    });
    const notice: Running['notice'] = (fits) =>
      new Promise((resolve) => {
        const end = driver.subscribe((told) => {
          if (!fits(told)) return;
          end();
          resolve(told);
        });
      });
    const running = { driver, store, notice };
    this.#running.set(person.key, running);
    await driver.start();
    return running;
  }

  async stop(person: Person): Promise<void> {
    const running = this.#running.get(person.key);
    this.#running.delete(person.key);
    for (const link of this.#links) if (link.includes(person.key)) this.#links.delete(link);
    await running?.driver.stop();
    await running?.store.close();
  }

  async stopAll(people: readonly Person[]): Promise<void> {
    for (const person of people) await this.stop(person);
  }

  async link(a: Person, b: Person): Promise<void> {
    this.#links.add(`${a.key} ${b.key}`).add(`${b.key} ${a.key}`);
    await this.#running.get(a.key)?.driver.submit({ type: 'link-up', neighbour: b.key });
    await this.#running.get(b.key)?.driver.submit({ type: 'link-up', neighbour: a.key });
  }

  async unlink(a: Person, b: Person): Promise<void> {
    this.#links.delete(`${a.key} ${b.key}`);
    this.#links.delete(`${b.key} ${a.key}`);
    await this.#running.get(a.key)?.driver.submit({ type: 'link-down', neighbour: b.key });
    await this.#running.get(b.key)?.driver.submit({ type: 'link-down', neighbour: a.key });
  }

  #send(from: PublicKey, to: PublicKey, frame: Uint8Array): void {
    const message = decodeMessage(frame);
    if (isRefusal(message) || !this.#links.has(`${from} ${to}`) || !this.passes(from, to, message.type)) return;
    // A link delivers later, never within the step that sends. One that is stopped meanwhile does not take it.
    setImmediate(() => {
      this.#running
        .get(to)
        ?.driver.receive(from, frame)
        .catch(() => undefined);
    });
  }
}
