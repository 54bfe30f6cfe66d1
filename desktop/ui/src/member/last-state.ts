/** What the hub showed last, kept for the next visit: after that it is asked only for what is new since then. */
import type { Hub, Kept } from './hub.ts';
import type { SignedState } from './signed-lines.ts';

const STATE = 'geo-state';
/** Of each list; more would not fit into a request. What is not named is sent again. */
const MOST_NAMED = 800;

/** Names of rows, as the hub gives them. */
interface RowNames {
  readonly contacts: readonly string[];
  readonly accounts: readonly string[];
  readonly trustLines: readonly string[];
  readonly held: readonly string[];
  readonly entries: readonly string[];
  readonly lines: readonly string[];
}

/** As the hub answers; without names, it is whole as it is. */
interface Answer extends SignedState {
  readonly rows?: RowNames;
}

/** It is whole, too: each list has a name a row. */
interface Named extends Answer {
  readonly rows: RowNames;
}

interface KeptAnswer {
  readonly atMs: number;
  readonly answer: Answer;
}

export class LastState {
  readonly #hub: Hub;
  readonly #kept: Kept;
  #last: Answer | null = null;
  #looked: Promise<unknown> | null = null;

  constructor(hub: Hub, kept: Kept) {
    this.#hub = hub;
    this.#kept = kept;
  }

  /** As the hub has it now; kept soon after. Throws `AskError`. */
  async read(): Promise<SignedState> {
    // What cannot be read counts as nothing: then all is asked for.
    this.#looked ??= this.#open().catch(() => undefined);
    await this.#looked;
    const before = this.#last;
    const whole = (isNamed(before) ? await this.#readNews(before) : null) ?? (await this.#ask({}));
    this.#last = whole;
    const keeping: KeptAnswer = { atMs: Date.now(), answer: whole };
    void this.#kept.set(STATE, JSON.stringify(keeping)).catch(() => undefined);
    return whole;
  }

  /** All is asked for next. */
  forget(): void {
    this.#last = null;
    this.#looked = Promise.resolve();
  }

  /** Null: what is new does not fit what was there. */
  async #readNews(before: Named): Promise<Answer | null> {
    const some = Object.entries(before.rows).map(([list, names]) => [list, names.slice(0, MOST_NAMED)]);
    const answer = await this.#ask(Object.fromEntries(some));
    return isNamed(answer) ? made(before, answer) : answer;
  }

  #ask(known: object): Promise<Answer> {
    return this.#hub.read<Answer>('POST', '/participants/me/state', { known });
  }

  /** As it was at an earlier visit, and when; null: nothing is kept. */
  async lastKept(): Promise<{ readonly atMs: number; readonly state: SignedState } | null> {
    const text = await this.#kept.get(STATE);
    if (text === null) return null;
    const { atMs, answer } = JSON.parse(text) as Partial<KeptAnswer>;
    // Of a page from before there were names.
    return answer === undefined || atMs === undefined ? null : { atMs, state: answer };
  }

  async #open(): Promise<void> {
    this.#last = (await this.lastKept())?.state ?? null;
  }
}

const isNamed = (answer: Answer | null): answer is Named => answer?.rows !== undefined;

/** The rows that were there before, and those that are new, in the order of their names; null: they are not as many. */
function made(before: Named, { cursor, parts, lines, rows }: Named): Named | null {
  let isWhole = true;
  const all = <R>(list: keyof RowNames, old: readonly R[], news: readonly R[]): R[] => {
    const known = new Map(before.rows[list].slice(0, MOST_NAMED).map((name, index) => [name, old[index] as R]));
    const left = news.values();
    const whole = rows[list].map((name) => known.get(name) ?? (left.next().value as R));
    isWhole &&= whole.every((row) => row !== undefined) && left.next().done === true;
    return whole;
  };
  const { listContacts, getBalance, listTrustLines, listHeld, getHistory } = parts;
  const { parts: old } = before;
  const answer = {
    cursor,
    parts: {
      ...parts,
      listContacts: { ...listContacts, contacts: all('contacts', old.listContacts.contacts, listContacts.contacts) },
      getBalance: { ...getBalance, accounts: all('accounts', old.getBalance.accounts, getBalance.accounts) },
      listTrustLines: {
        ...listTrustLines,
        trustLines: all('trustLines', old.listTrustLines.trustLines, listTrustLines.trustLines),
      },
      listHeld: { ...listHeld, held: all('held', old.listHeld.held, listHeld.held) },
      getHistory: { ...getHistory, entries: all('entries', old.getHistory.entries, getHistory.entries) },
    },
    lines: all('lines', before.lines, lines),
    rows,
  };
  return isWhole ? answer : null;
}
