/**
 * Looks at the books, one after the other. A single look in vain means little: there may be no connection, or a payment comes in
 * between. A hub that cannot prove an account at look after look does not want to.
 */
import type { WholeState } from '../carrier.ts';
import { accountName, type Checked } from './checked.ts';
import { type Alarm, type BalanceAlarm, balanceAlarms, lastingAlarms, limitAlarms } from './watch.ts';

/** Looks without an answer, or with another doubt about one account each time. */
const LOOKS_IN_VAIN = 3;
/** Looks at which an account was put off: a long journal comes in parts. */
const LOOKS_PUT_OFF = 10;

export class Vigil {
  #unanswered = 0;
  /** How often an account was doubtful, or put off, without a break: as in `accountName`. */
  #doubts = new Map<string, number>();
  #putOff = new Map<string, number>();

  /** A look got no answer. True: that was so too often. */
  isUnanswered(): boolean {
    return ++this.#unanswered >= LOOKS_IN_VAIN;
  }

  /**
   * What a look came to, told by what is shown before it and after it. `checked` null: the hub proves nothing of what it shows.
   */
  async judge(
    before: WholeState,
    checked: Checked | null,
    after: () => Promise<WholeState>,
  ): Promise<readonly Alarm[]> {
    if (checked !== null) this.#unanswered = 0;
    const found = balanceAlarms(before, checked);
    const lasting = new Set(found.length === 0 ? [] : lastingAlarms(await after(), found));
    const doubts = counted(this.#doubts, new Set(found.map(nameOf)));
    const putOff = counted(this.#putOff, checked?.later ?? new Set());
    this.#doubts = doubts;
    this.#putOff = putOff;
    const isDoubtful = (alarm: BalanceAlarm): boolean =>
      lasting.has(alarm) || (doubts.get(nameOf(alarm)) ?? 0) >= LOOKS_IN_VAIN;
    const isStalled = (name: string): boolean => (putOff.get(name) ?? 0) >= LOOKS_PUT_OFF;
    return [...limitAlarms(checked), ...found.filter(isDoubtful), ...shownOf(before, isStalled)];
  }
}

const nameOf = ({ neighbour, equivalent }: BalanceAlarm): string => accountName(neighbour, equivalent);

function counted(before: ReadonlyMap<string, number>, names: ReadonlySet<string>): Map<string, number> {
  return new Map([...names].map((name) => [name, (before.get(name) ?? 0) + 1]));
}

function shownOf({ parts }: WholeState, isStalled: (name: string) => boolean): readonly BalanceAlarm[] {
  return parts.getBalance.accounts.flatMap(({ neighbour: { publicKey: neighbour }, equivalent, balance }) => {
    if (!isStalled(accountName(neighbour, equivalent))) return [];
    return [{ type: 'balance-unproven' as const, neighbour, equivalent, balance }];
  });
}
