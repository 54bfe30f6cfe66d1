/** Lists of debts: `from,to,amount`, where `from` owes `to`. */
import { formatAmount, MAX_AMOUNT, parseAmount } from '#protocol/amount.ts';
import { BadFile, type Line, linesOf, shown } from '../graphs/lines.ts';
import { type Debt, type DebtGraph, debtGraph, TooMuchDebt } from './debts.ts';

const FORM = 'write from,to,amount';
const DECIMALS = 8;

/** Reads a list. A first line whose amount has no digit in it is a head. Throws `BadFile`. */
export async function readDebts(path: string): Promise<DebtGraph> {
  const numbers = new Map<string, number>();
  const nodeOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  const debts: Debt[] = [];
  let isFirst = true;
  for await (const line of linesOf(path)) {
    const isHead = isFirst && line.fields.length === 3 && !/\d/.test(line.fields[2] ?? '');
    isFirst = false;
    if (isHead) continue;
    const [from, to, amount] = debtOf(path, line);
    debts.push({ from: nodeOf(from), to: nodeOf(to), amount });
  }
  if (debts.length === 0) throw new BadFile(path, null, `has no debt in it: ${FORM}, one debt a line`);
  try {
    return debtGraph(numbers.size, debts);
  } catch (error) {
    if (error instanceof TooMuchDebt) throw new BadFile(path, null, error.message);
    throw error;
  }
}

function debtOf(path: string, { number, fields }: Line): [string, string, bigint] {
  const [from, to, text] = fields;
  if (fields.length !== 3) throw new BadFile(path, number, `has ${fields.length} fields, not 3: ${FORM}`);
  if (from === undefined || to === undefined || from === '' || to === '') {
    throw new BadFile(path, number, `names nobody: ${FORM}`);
  }
  if (from === to) throw new BadFile(path, number, `${shown(from)} owes itself: take the line out`);
  const amount = parseAmount(text ?? '', DECIMALS);
  if (typeof amount === 'bigint') return [from, to, amount];
  const limit = `above 0, at most ${formatAmount(MAX_AMOUNT)}, with at most ${DECIMALS} decimals`;
  throw new BadFile(path, number, `the amount is ${shown(text)}, ${amount.why}: write a number ${limit}, such as 12.5`);
}
