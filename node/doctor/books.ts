/** What the records say about the node's health, whether it runs or not. */
import type { Account } from '#protocol/account.ts';
import { formatAmount, formatAmountFixed } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import type { Records } from '#protocol/records.ts';
import type { Teller } from '../api/words.ts';
import type { Held } from '../held.ts';
import { attention, type Finding, note, well } from './finding.ts';

/** The records, and how the one who tells calls people and shows amounts. */
export interface Books {
  readonly records: Records;
  readonly held: readonly Held[];
  readonly nowMs: number;
  readonly teller: Pick<Teller, 'callName' | 'precisionOf'>;
}

export function checkBooks(books: Books): Finding[] {
  return [checkTime(books), checkRestored(books), checkAccounts(books), checkHeld(books)];
}

/** A neighbour's documents, and what this node declared to be over, cannot be of a time to come. */
function checkTime({ records, nowMs, teller }: Books): Finding {
  const backMs = records.node.clockHighMs - nowMs;
  if (backMs > MAX_CLOCK_SKEW_MS) {
    return attention(
      'clock',
      { code: 'clock-went-back', facts: { differenceMs: backMs } },
      `The clock of this computer has been ${roughly(backMs)} ahead of what it says now.`,
      'Set the clock, best by the network (NTP).',
    );
  }
  for (const { signed } of records.lines()) {
    const { from, createdAtMs } = signed.line;
    if (createdAtMs <= nowMs + MAX_CLOCK_SKEW_MS) continue;
    const differenceMs = createdAtMs - nowMs;
    const isOwn = from === records.self;
    const whose = isOwn ? 'A trust line of yours' : `A trust line of ${teller.callName(from)}`;
    return attention(
      'clock',
      isOwn
        ? { code: 'clock-own-line', facts: { differenceMs } }
        : { code: 'clock-their-line', facts: { name: teller.callName(from), differenceMs } },
      `${whose} is dated ${roughly(differenceMs)} after what the clock of this computer says.`,
      'Set the clock, best by the network (NTP). Neighbours refuse what seems to come from the future.',
    );
  }
  const now = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ');
  return well('clock', { code: 'clock-now', facts: { nowAtMs: nowMs } }, `It is ${now} UTC by this computer.`);
}

function checkRestored({ records, teller }: Books): Finding {
  const { restoredAtMs: lostAtMs, isFrozen } = records.node;
  if (lostAtMs === null) return well('restored', { code: 'restored-never', facts: {} }, 'No records were lost.');
  const day = new Date(lostAtMs).toISOString().slice(0, 10);
  const waiting = namesOf(records, 'unsure').map((key) => teller.callName(key));
  const whose = waiting.length === 0 ? '' : ` It waits to hear from ${waiting.join(', ')} what their books say.`;
  if (isFrozen) {
    return attention(
      'restored',
      waiting.length === 0
        ? { code: 'restored-frozen', facts: { lostAtMs } }
        : { code: 'restored-frozen-waiting', facts: { lostAtMs, waiting } },
      `Records were lost on ${day}, so the node signs nothing new.${whose}`,
      'Look at what came back (`geo balance`, `geo trust list`), then confirm it: `geo restore confirm`.',
    );
  }
  const agreed = namesOf(records, 'agreed').map((key) => teller.callName(key));
  if (agreed.length > 0) {
    return attention(
      'restored',
      waiting.length === 0
        ? { code: 'restored-agreed', facts: { lostAtMs, agreed } }
        : { code: 'restored-agreed-waiting', facts: { lostAtMs, agreed, waiting } },
      `Since records were lost on ${day}, ${agreed.join(', ')} came to agree with what is here.${whose}`,
      'Look at what came back, then confirm it: `geo restore confirm`.',
    );
  }
  if (waiting.length === 0) {
    const confirmed = { code: 'restored-confirmed', facts: { lostAtMs } } as const;
    return well('restored', confirmed, `Records were lost on ${day}; all accounts are confirmed since.`);
  }
  return note(
    'restored',
    { code: 'restored-waiting', facts: { lostAtMs, waiting } },
    `Records were lost on ${day}.${whose} Those accounts are out of use until then.`,
  );
}

function checkAccounts({ records, teller }: Books): Finding {
  const accounts = [...records.accounts()];
  const suspended = namesOf(records, 'suspended').map((key) => teller.callName(key));
  if (suspended.length > 0) {
    return attention(
      'accounts',
      { code: 'accounts-suspended', facts: { names: suspended } },
      `Out of use, because they broke the protocol: ${suspended.join(', ')}.`,
      'Talk to them. Setting the trust line again (`geo trust set`) ends it.',
    );
  }
  const twoFaced = [...records.lines()].filter(({ conflicting }) => conflicting !== null);
  if (twoFaced.length > 0) {
    const names = [...new Set(twoFaced.map(({ signed }) => teller.callName(signed.line.from)))];
    return attention(
      'accounts',
      { code: 'accounts-two-lines', facts: { names } },
      `Two different trust lines with one number were signed by ${names.join(', ')}: the line is frozen.`,
      'Talk to them: two of their nodes may run at once. A newer line of theirs ends it.',
    );
  }
  if (accounts.length === 0) return well('accounts', { code: 'accounts-none', facts: {} }, 'There are none yet.');
  const usable = { code: 'accounts-usable', facts: { accounts: accounts.length } } as const;
  return well('accounts', usable, `None of ${accounts.length} is out of use.`);
}

function checkHeld({ held, teller }: Books): Finding {
  const late = held.filter(({ stage }) => stage === 'held');
  if (late.length === 0) return well('held', { code: 'held-none', facts: {} }, 'Nothing is held past its time.');
  const sums = new Map<string, bigint>();
  for (const { position } of late) {
    const { equivalent } = position.header;
    sums.set(equivalent, (sums.get(equivalent) ?? 0n) + position.route.amount);
  }
  const amounts = [...sums].map(
    ([equivalent, sum]) => `${formatAmountFixed(sum, teller.precisionOf(equivalent))} ${equivalent}`,
  );
  const names = [...new Set(late.map(({ waitsFor }) => teller.callName(waitsFor)))];
  return attention(
    'held',
    {
      code: 'held-late',
      facts: { amounts: [...sums].map(([equivalent, sum]) => ({ amount: formatAmount(sum), equivalent })), names },
    },
    `${amounts.join(', ')} held past its time, waiting for ${names.join(', ')}.`,
    'Nothing is lost. Ask them to come online; `geo status` shows each amount and what else can be done.',
  );
}

function namesOf(records: Records, standing: Account['standing']): PublicKey[] {
  return [...new Set([...records.accounts()].filter((one) => one.standing === standing).map((one) => one.neighbour))];
}

function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1_440)} days`;
}
