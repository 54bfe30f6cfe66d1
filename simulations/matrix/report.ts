/** The matrix as people read it: one table a stage, one row a fault, one column a role. */
import { formatAmount } from '#protocol/amount.ts';
import type { Cell } from './cell.ts';
import { nameOf } from './healed.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long something was held, as coarse as it is of use. */
function duration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${Math.round(ms / HOUR_MS)} h`;
}

/** One cell: outcome · money · time held. */
export function cellText(cell: Cell): string {
  if (cell.reason !== null) return `does not apply: ${cell.reason}`;
  return `${cell.outcome} · ${moneyText(cell)} · ${heldText(cell)}`;
}

function moneyText({ lost, apart, liarLoses, role }: Cell): string {
  const parts = lost.map(({ participant, amount }) => `${nameOf(participant)} loses ${formatAmount(amount)}`);
  if (liarLoses > 0n) parts.push(`0, ${nameOf(role.index)} pays ${formatAmount(liarLoses)} for its lie`);
  if (apart.length > 0) parts.push(`books of ${apart.join(', ')} differ`);
  return parts.length === 0 ? '0' : parts.join('; ');
}

function heldText({ held }: Cell): string {
  if (held.length === 0) return '0';
  const names = held.map(({ participant }) => nameOf(participant)).join(' ');
  const amount = held.reduce((most, one) => (one.amount > most ? one.amount : most), 0n);
  const isOpen = held.some(({ ms }) => ms === null);
  const longest = Math.max(...held.map(({ ms }) => ms ?? 0));
  return `${formatAmount(amount)} at ${names}, ${isOpen ? 'open end' : duration(longest)}`;
}

/** The cells in which something is not as it must be: there should be none. */
export function openCells(cells: readonly Cell[]): string {
  const applying = cells.filter(({ reason }) => reason === null);
  const open = cells.filter(({ problems }) => problems.length > 0);
  const what = `${applying.length} cells were played, and ${cells.length - applying.length} do not apply.`;
  if (open.length === 0) return `## What is open\n\n${what} In none of them is anything open.\n`;
  const rows = open.map(
    ({ stage, fault, role, problems }) => `- ${stage.name}; ${fault.name}; ${role.name}: ${problems.join('; ')}`,
  );
  return `## What is open\n\n${what} In ${open.length} of them something is not as it should be:\n\n${rows.join('\n')}\n`;
}

/** Tables of cells that were played in order of setting, stage, fault, role. */
export function tables(cells: readonly Cell[]): string {
  const lines: string[] = [];
  for (const [setting, ofSetting] of groups(cells, (cell) => cell.setting)) {
    lines.push(`## ${setting.name}`, '');
    for (const [stage, ofStage] of groups(ofSetting, (cell) => cell.stage)) {
      lines.push(`### Stage: ${stage.name}`, '', ...table(ofStage), '');
    }
  }
  return lines.join('\n');
}

function table(cells: readonly Cell[]): readonly string[] {
  const roles = [...new Set(cells.map(({ role }) => role))];
  const rows: { faults: string[]; texts: string }[] = [];
  for (const [fault, ofFault] of groups(cells, (cell) => cell.fault)) {
    const texts = ofFault.map(cellText).join(' | ');
    const before = rows.at(-1);
    // Faults that come to the same share a row.
    if (before?.texts === texts) before.faults.push(fault.name);
    else rows.push({ faults: [fault.name], texts });
  }
  return [
    `| fault | ${roles.map(({ name }) => name).join(' | ')} |`,
    `|---|${roles.map(() => '---|').join('')}`,
    ...rows.map(({ faults, texts }) => `| ${faults.join('; ')} | ${texts} |`),
  ];
}

function groups<K, V>(items: readonly V[], keyOf: (item: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
