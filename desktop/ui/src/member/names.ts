/** What members call themselves, put in where the hub gives a key without a name: only contacts have one there. */
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { AskError } from '../ask-error.ts';
import type { Hub, Kept, MemberInfo } from './hub.ts';

interface Someone {
  readonly pid: string;
  readonly name: string | null;
}

const KEPT = 'geo-names';
/** So many are asked for at a time. */
const MOST_ASKED = 8;

export class Names {
  readonly #hub: Hub;
  readonly #kept: Kept;
  readonly #names = new Map<string, string>();
  /** Public names by key: what they are is worked out once. */
  readonly #pids = new Map<string, string>();
  /** Each is asked for once in a visit: people rename themselves. */
  readonly #asked = new Set<string>();
  readonly #wanted = new Set<string>();

  constructor(hub: Hub, kept: Kept) {
    this.#hub = hub;
    this.#kept = kept;
  }

  async open(): Promise<void> {
    const text = await this.#kept.get(KEPT);
    for (const [pid, name] of JSON.parse(text ?? '[]') as [string, string][]) this.#names.set(pid, name);
  }

  of(pid: string): string | null {
    return this.#names.get(pid) ?? null;
  }

  /**
   * The same with names; who is not known is remembered for `learn`. Throws `AskError` where somebody's public name is not that of
   * the key.
   */
  fill<T>(value: T): T {
    if (Array.isArray(value)) return value.map((one: unknown) => this.fill(one)) as T;
    if (typeof value !== 'object' || value === null) return value;
    const filled = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.fill(one)]));
    if (isSomeone(filled)) this.#mustBeOf(filled);
    return (isNameless(filled) ? { ...filled, name: this.#nameOf(filled.pid) } : filled) as T;
  }

  /** Looks up whom it did not know. True: there are new names. */
  async learn(): Promise<boolean> {
    let isNew = false;
    for (const pid of [...this.#wanted].slice(0, MOST_ASKED)) {
      const name = await this.#ask(pid);
      this.#wanted.delete(pid);
      this.#asked.add(pid);
      isNew ||= name !== this.of(pid);
      if (name === null) this.#names.delete(pid);
      else this.#names.set(pid, name);
    }
    if (isNew) await this.#kept.set(KEPT, JSON.stringify([...this.#names]));
    return isNew;
  }

  #mustBeOf({ pid, publicKey }: Keyed): void {
    if (this.#pids.get(publicKey) === pid) return;
    if (pidOf(publicKey as PublicKey) !== pid) throw new AskError('hub-lies', '', { what: pid });
    this.#pids.set(publicKey, pid);
  }

  #nameOf(pid: string): string | null {
    if (!this.#asked.has(pid)) this.#wanted.add(pid);
    return this.of(pid);
  }

  async #ask(pid: string): Promise<string | null> {
    try {
      return (await this.#hub.read<MemberInfo>('GET', `/participants/${pid}`)).name;
    } catch (error) {
      if (error instanceof AskError && error.code === 'no-such-member') return null;
      throw error;
    }
  }
}

interface Keyed {
  readonly pid: string;
  readonly publicKey: string;
}

function isSomeone(value: object): value is Keyed {
  return 'pid' in value && typeof value.pid === 'string' && 'publicKey' in value && typeof value.publicKey === 'string';
}

function isNameless(value: object): value is Someone & Keyed {
  return isSomeone(value) && 'name' in value && value.name === null;
}
