/** Amounts in doubt, in words: what is held, whom it waits for, what to do, what letting go came to. */
import type { Result } from '../api/contract.ts';
import { count, nameOf, type ShowMoney, span, unitsOf, when } from './show.ts';
import { table } from './table.ts';
import { bold, line, safe } from './text.ts';

type Held = Result<'listHeld'>['held'][number];
type Total = Result<'listHeld'>['totals'][number];
type LetGo = NonNullable<Result<'getTransaction'>['positions'][number]['letGo']>;

/** Longer lists are for `geo tx list`. */
const SHOWN = 10;

/** What is reserved: under way in one line, what is held one by one, then what to do. Empty when there is nothing. */
export function heldText(
  { held, totals }: Pick<Result<'listHeld'>, 'held' | 'totals'>,
  money: ShowMoney,
  nowMs: number,
): string {
  const doubtful = held.filter(({ stage }) => stage !== 'under-way');
  const underWay = totals.filter(({ underWay }) => unitsOf(underWay) > 0n);
  const sums = underWay.map(({ underWay, equivalent }) => money(underWay, equivalent)).join(', ');
  const lines = [
    ...(underWay.length === 0 ? [] : [line`Under way: ${sums}`]),
    ...doubtful.slice(0, SHOWN).map((one) => oneHeld(one, money, nowMs)),
    ...(doubtful.length > SHOWN ? [`… and ${doubtful.length - SHOWN} more, see \`geo tx list\``] : []),
  ];
  if (doubtful.some(({ stage }) => stage === 'held')) lines.push(whatToDo(doubtful));
  return lines.join('\n');
}

function oneHeld(held: Held, money: ShowMoney, nowMs: number): string {
  const { amount, equivalent, stage, expiresAtMs, letGoAtMs, txId } = held;
  const sum = money(amount, equivalent);
  const what =
    stage === 'let-go'
      ? `${sum} let go on ${when(letGoAtMs ?? expiresAtMs)}, may still have to be paid: waiting for ${waitsFor(held)}`
      : `${sum} held: waiting for ${waitsFor(held)}`;
  const late = stage === 'held' ? `, ${span(Math.max(0, nowMs - expiresAtMs))} past its time` : '';
  return line`${bold(what)}\n  ${whatFor(held)}${late}; transaction ${txId}`;
}

/** `Bob (offline since 2031-01-02 03:04)` */
function waitsFor({ waitsFor, linked, offlineSinceAtMs, lastAskedAtMs, nextAskAtMs }: Held): string {
  const name = nameOf(waitsFor);
  if (!linked) return `${name} (offline${offlineSinceAtMs === null ? '' : ` since ${when(offlineSinceAtMs)}`})`;
  const asked = lastAskedAtMs === null ? 'connected' : `connected, asked ${when(lastAskedAtMs)}`;
  return `${name} (${asked}${nextAskAtMs === null ? '' : `, again by ${when(nextAskAtMs)}`})`;
}

/** Which payment it is held for. */
function whatFor({ kind, payer, receiver }: Pick<Held, 'kind' | 'payer' | 'receiver'>): string {
  return kind === 'clear' ? `clearing begun by ${nameOf(payer)}` : `payment ${nameOf(payer)} → ${nameOf(receiver)}`;
}

function whatToDo(held: readonly Held[]): string {
  const names = [...new Set(held.filter(({ linked }) => !linked).map(({ waitsFor }) => nameOf(waitsFor)))];
  const who = names.length === 0 ? '' : ` Ask ${safe(names.join(', '))} to come online.`;
  const canLetGo = held.some((one) => one.canLetGo);
  return [
    'Nothing is lost: a held amount only cannot be used until the answer is there, and the node goes on asking.',
    `What you can do: \`geo tx resolve ID\` asks again now.${who}`,
    ...(canLetGo ? ['`geo tx let-go ID` gives an amount up at your own risk; `geo tx show ID` says more.'] : []),
  ].join('\n');
}

/** What is held past its time, for a look at the accounts; empty when nothing is. */
export function heldHint(totals: readonly Total[], money: ShowMoney): string {
  const sums = totals.filter(({ held }) => unitsOf(held) > 0n).map(({ held, equivalent }) => money(held, equivalent));
  return sums.length === 0 ? '' : `Held past its time: ${sums.join(', ')}. \`geo status\` says what it waits for.`;
}

/** Open transactions, one a line. */
export function openTable(transactions: Result<'listOpenTransactions'>['transactions'], money: ShowMoney): string {
  const rows = transactions.map((transaction) => {
    const { positions, createdAtMs, total, equivalent, txId } = transaction;
    const open = positions.filter(({ settled }) => !settled);
    const names = new Set(open.flatMap(({ waitsFor }) => (waitsFor === null ? [] : [nameOf(waitsFor)])));
    return [
      when(createdAtMs),
      whatFor(transaction),
      money(total, equivalent),
      [...new Set(open.map(stateOf))].join(', '),
      [...names].join(', '),
      txId,
    ];
  });
  const heads = [
    { title: 'SINCE' },
    { title: 'WHAT' },
    { title: 'AMOUNT', align: 'right' },
    { title: 'STATE' },
    { title: 'WAITS FOR' },
    { title: 'TRANSACTION' },
  ] as const;
  return `${table(heads, rows)}\n\n${count(rows.length, 'transaction')}; \`geo tx show ID\` says more.`;
}

type Position = Result<'getTransaction'>['positions'][number];

/** How a position stands, in a few words. */
export function stateOf({ state, stage, settled }: Position): string {
  if (stage !== null) return STAGES[stage];
  const words = { prepared: 'under way', held: 'under way', committed: 'done', aborted: 'not done' } as const;
  return settled ? words[state] : `${words[state]}, not confirmed yet`;
}

const STAGES = { 'under-way': 'under way', held: 'held past its time', 'let-go': 'let go' } as const;

/** What the person who let go took upon itself, and what that has come to. */
export function letGoText({ atMs, amount, outcome }: LetGo, equivalent: string, money: ShowMoney): string {
  const sum = money(amount, equivalent);
  const ends = {
    open: `it is not known yet whether it costs you ${sum}`,
    nothing: 'it cost you nothing',
    cost: `it cost you ${sum}: the payment went through all the same`,
  } as const;
  return `you let go ${sum} at your own risk on ${when(atMs)}; ${ends[outcome]}`;
}
