/** The menu of the tray: how the node stands, what it keeps aside, and the ways in and out. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Result } from '#node/api/contract.ts';
import { formatAmount, parseAmount } from '#protocol/amount.ts';
import type { Situation } from '../preload/bridge.ts';
import { formatMoney } from '../ui/src/format.ts';
import type { Word, wordsIn } from './words.ts';

/** What is kept aside in one currency, as the API gives it. */
export type HeldTotal = Result<'listHeld'>['totals'][number];

/** What the menu shows. */
export interface TrayView {
  readonly situation: Situation;
  /** Null: it is not known. */
  readonly held: readonly HeldTotal[] | null;
}

export interface TrayActions {
  readonly open: () => void;
  readonly quit: () => void;
}

/** How the node stands, in a few words. */
export function stateWord(situation: Situation): Word {
  return situation.state === 'running' && situation.attached ? 'attached' : situation.state;
}

/** The entries of the menu. */
export function trayMenu(
  { situation, held }: TrayView,
  { language, say }: ReturnType<typeof wordsIn>,
  { open, quit }: TrayActions,
): MenuItemConstructorOptions[] {
  const aside = situation.state === 'running' && held !== null ? [{ label: heldText(held), enabled: false }] : [];
  return [
    { label: say(stateWord(situation)), enabled: false },
    ...aside,
    { type: 'separator' },
    { label: say('open'), click: open },
    { label: say('quit'), click: quit },
  ];

  function heldText(totals: readonly HeldTotal[]): string {
    if (totals.length === 0) return say('nothingHeld');
    const amounts = totals.map((total) => formatMoney(sumOf(total), total.equivalent, language));
    return say('held', { amount: amounts.join(', ') });
  }
}

/** What is shown when the pointer rests on the tray's picture. */
export function trayTip({ situation }: TrayView, { say }: ReturnType<typeof wordsIn>): string {
  return `GEO – ${say(stateWord(situation))}`;
}

/** All that is kept aside, whatever its stage. */
function sumOf({ underWay, held, atOwnRisk }: HeldTotal): string {
  const units = [underWay, held, atOwnRisk].map((amount) => {
    // An amount of nothing is none that somebody could pay, and is refused as one.
    const parsed = parseAmount(amount, 8);
    return typeof parsed === 'bigint' ? parsed : 0n;
  });
  return formatAmount(units.reduce((sum, unit) => sum + unit, 0n));
}
