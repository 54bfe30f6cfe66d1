/**
 * What could not be sent yet, kept until it is: signed trust lines, changes among the people whom the member knows, and
 * payments that nobody has heard the end of.
 */
import type { Input } from '#node/api/contract.ts';
import { AskError } from '../ask-error.ts';
import { alone, type Kept } from './hub.ts';
import type { SignedLine } from './member.ts';

/** Somebody, with the name that is shown. */
interface Whom {
  readonly pid: string;
  readonly publicKey: string;
  readonly name: string | null;
}

/** A signed trust line: it is sent as it is. */
export interface WaitingLine extends SignedLine {
  readonly kind: 'line';
  /** Of the account: a newer line takes the place of an older one. */
  readonly id: string;
  readonly to: Whom;
  readonly equivalent: string;
  readonly limit: string;
  readonly madeAtMs: number;
  /** Why it will never be taken; null: it waits. */
  readonly refusal: Pick<AskError, 'code' | 'message' | 'facts'> | null;
}

/** A payment that was confirmed, and of which it is not proven yet how it ended. */
export interface WaitingPayment {
  readonly kind: 'payment';
  /** The payment id. */
  readonly id: string;
  readonly to: Whom;
  readonly equivalent: string;
  readonly amount: string;
  readonly memo: string;
  readonly madeAtMs: number;
  /**
   * `new`: this page is at it. `open`: it may have been paid. Nothing was, and the person is asked again: `asks` where the hub
   * was away, `over` where it came to an end.
   */
  readonly phase: 'new' | 'asks' | 'open' | 'over';
}

/** Somebody who is to be added, called otherwise, marked or removed. */
export interface WaitingContact {
  readonly kind: 'contact';
  /** Of this change: one is sent after the other. */
  readonly id: string;
  readonly to: Whom;
  /** As it is asked of the hub; null: to be removed. */
  readonly put: Input<'putContact'> | null;
  readonly madeAtMs: number;
  readonly refusal: WaitingLine['refusal'];
}

export type Waiting = WaitingLine | WaitingContact | WaitingPayment;

/** What sends it. */
export interface Sender {
  /** Throws `AskError`. */
  sendLine(line: WaitingLine): Promise<void>;
  /** Throws `AskError`. */
  sendContact(change: WaitingContact): Promise<void>;
  /** `over`: it is not paid and never will be, whatever was signed. Called while nobody else is at it. Throws `AskError`. */
  settle(payment: WaitingPayment): Promise<'paid' | 'open' | 'over'>;
}

const PREFIX = 'geo-waiting-';

export class Queue {
  readonly #kept: Kept;
  readonly #changed: (all: readonly Waiting[]) => void;

  /** `changed` is told all of it whenever it changes. */
  constructor(kept: Kept, changed: (all: readonly Waiting[]) => void = () => undefined) {
    this.#kept = kept;
    this.#changed = changed;
  }

  /** In the order in which they were made. */
  async all(): Promise<readonly Waiting[]> {
    const names = await this.#kept.names(PREFIX);
    const texts = await Promise.all(names.map((name) => this.#kept.get(name)));
    const found = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Waiting]));
    return found.toSorted((a, b) => a.madeAtMs - b.madeAtMs);
  }

  /** Kept for good when it resolves. */
  async put(one: Waiting): Promise<void> {
    await this.#kept.set(nameOf(one), JSON.stringify(one));
    await this.tell();
  }

  async remove(one: Pick<Waiting, 'kind' | 'id'>): Promise<void> {
    await this.#kept.delete(nameOf(one));
    await this.tell();
  }

  /** Forgets a payment, also one that is just being asked about. */
  async forget(payment: WaitingPayment): Promise<void> {
    await this.remove(payment);
    await withPayment(payment.id, () => this.remove(payment));
  }

  /** Two windows of a browser, or two looks of one, do not send the same twice: whoever sends it does so in here. */
  alone<T>(one: Pick<Waiting, 'kind' | 'id'>, work: () => Promise<T>): Promise<T> {
    return alone(nameOf(one), work);
  }

  /** Tells all of it. */
  async tell(): Promise<void> {
    this.#changed(await this.all());
  }

  /** Sends what can be sent, each once; what is not done stays. Ends where the hub cannot be reached. */
  async flush(sender: Sender): Promise<void> {
    for (const one of await this.all()) {
      try {
        if (one.kind === 'payment') await this.#settle(one, sender);
        else if (one.refusal !== null) continue;
        else if (one.kind === 'line') await this.alone(one, () => this.#sendLine(one, sender));
        else await this.alone(one, () => this.#sendContact(one, sender));
      } catch (error) {
        if (!(error instanceof AskError)) throw error;
        if (error.code === 'unreachable') return;
      }
    }
  }

  async #sendLine(line: WaitingLine, sender: Sender): Promise<void> {
    if (!(await this.#isLatest(line))) return;
    try {
      await sender.sendLine(line);
    } catch (error) {
      if (!(error instanceof AskError) || !FINAL.has(error.code)) throw error;
      const { code, message, facts } = error;
      if (await this.#isLatest(line)) await this.put({ ...line, refusal: { code, message, facts } });
      return;
    }
    if (await this.#isLatest(line)) await this.remove(line);
  }

  async #sendContact(change: WaitingContact, sender: Sender): Promise<void> {
    if ((await this.#kept.get(nameOf(change))) === null) return;
    try {
      await sender.sendContact(change);
      await this.remove(change);
    } catch (error) {
      if (!(error instanceof AskError) || !FINAL_OF_CONTACTS.has(error.code)) throw error;
      const { code, message, facts } = error;
      await this.put({ ...change, refusal: { code, message, facts } });
    }
  }

  /** Meanwhile a newer one may have taken its place. */
  async #isLatest(line: WaitingLine): Promise<boolean> {
    const text = await this.#kept.get(nameOf(line));
    return text !== null && (JSON.parse(text) as WaitingLine).document === line.document;
  }

  /** What was read before it was its turn may be gone by now, and is not brought back. */
  #settle({ kind, id }: WaitingPayment, sender: Sender): Promise<void> {
    const now = async (): Promise<WaitingPayment | null> => {
      const text = await this.#kept.get(nameOf({ kind, id }));
      return text === null ? null : (JSON.parse(text) as WaitingPayment);
    };
    return withPayment(id, async () => {
      const before = await now();
      if (before === null) return;
      const end = await sender.settle(before);
      const after = await now();
      if (after === null) return;
      if (end === 'paid') await this.remove(after);
      else await this.put({ ...after, phase: end === 'over' && after.phase === 'asks' ? 'asks' : end });
    });
  }
}

/** Does something with a payment while no other window of this browser does. */
export const withPayment = <T>(id: string, work: () => Promise<T>): Promise<T> => alone(`geo-payment-${id}`, work);

const nameOf = ({ kind, id }: Pick<Waiting, 'kind' | 'id'>): string => `${PREFIX}${kind}-${id}`;

/** What is said of a trust line itself: sent again, it would be the same. */
const FINAL = new Set(['bad-document', 'bad-encoding', 'limit-below-debt', 'too-many-neighbours', 'to-self']);
/** The same of a change among people. */
const FINAL_OF_CONTACTS = new Set([
  ...['unknown-contact', 'key-unknown', 'contact-in-use', 'alias-taken', 'alias-ambiguous', 'look-alike', 'bad-name'],
  ...['to-self', 'card-expired', 'bad-link', 'bad-pid', 'bad-key', 'bad-request', 'hub-lies', 'too-many-contacts'],
]);
