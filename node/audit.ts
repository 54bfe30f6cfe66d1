/**
 * The audit at the start (protocol §8.7): as much as takes about a second before anything is signed, the rest while the
 * node runs. A flaw is a loss: the node freezes, and its neighbours and backups bring back what is right.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Account } from '#protocol/account.ts';
import { auditAccount } from '#protocol/audit.ts';
import type { Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';

/** Hops checked before the node runs: each takes a third of a millisecond. */
const AT_START = 3_000;
/** Hops checked in one go while the node runs. */
const AT_ONCE = 20;

export interface Flaw {
  readonly account: Account;
  readonly what: string;
}

export interface StartAudit {
  /** What was found before the node runs, or null. */
  readonly flaw: Flaw | null;
  /** Goes on where that stopped; ends with what it found, or null. `signal` ends it early. */
  rest(signal: AbortSignal): Promise<Flaw | null>;
}

/** Begins the audit of all accounts. */
export function auditAtStart(records: Records, verify: Verify): StartAudit {
  const steps = auditAll(records, verify);
  let result = steps.next();
  for (let hops = 1; hops < AT_START && result.done !== true; hops++) result = steps.next();
  return {
    flaw: result.done === true ? result.value : null,
    async rest(signal) {
      for (let hops = 1; result.done !== true && !signal.aborted; hops++) {
        if (hops % AT_ONCE === 0) await otherWork();
        result = steps.next();
      }
      return result.done === true ? result.value : null;
    },
  };
}

function* auditAll(records: Records, verify: Verify): Generator<void, Flaw | null> {
  for (const { neighbour, equivalent } of [...records.accounts()]) {
    const flaw = yield* audited(records, neighbour, equivalent, verify);
    if (flaw !== null) return flaw;
  }
  return null;
}

/** What changes while an audit goes on may look like a flaw: it is one if it is still there when looked at in one go. */
function* audited(
  records: Records,
  neighbour: Account['neighbour'],
  equivalent: string,
  verify: Verify,
): Generator<void, Flaw | null> {
  const before = records.account(neighbour, equivalent);
  if (before === undefined || (yield* auditAccount(records, before, verify)) === null) return null;
  const account = records.account(neighbour, equivalent);
  if (account === undefined) return null;
  const steps = auditAccount(records, account, verify);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value === null ? null : { account, what: step.value };
}
