/** What people do in the same way in the page of a node and in the page of a hub's member. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** A page that is open. */
export interface Hands {
  readonly page: Page;
  go(name: string): Promise<void>;
  see(text: string | RegExp): Promise<void>;
  press(name: string | RegExp): Promise<void>;
}

/** Gossip, rings and the look around of a hub take their time. */
const WAIT_MS = 45_000;

/** The part of the People screen that is about somebody. */
export function person({ page }: Hands, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** Whom, how much and what for, up to what is to be confirmed. */
export async function fillIn({ page }: Hands, whom: string, amount: string, memo = ''): Promise<void> {
  await page.getByRole('heading', { name: 'Pay', level: 1, exact: true }).waitFor();
  // A payment that was made is still on the screen.
  const again = page.getByRole('button', { name: 'Another payment' });
  if (await again.isVisible()) await again.click();
  const field = (label: string): Locator => page.locator('input').and(page.getByLabel(label)).first();
  await field('To whom').fill(whom);
  await field('How much').fill(amount);
  await field('Currency').fill('UAH');
  await field('What it is for').fill(memo);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

/** Goes to the screen, pays, and reads that it is paid. */
export async function pay(hands: Hands, whom: string, amount: string, memo = ''): Promise<void> {
  await hands.page.getByRole('navigation').getByRole('link', { name: 'Pay', exact: true }).click();
  await fillIn(hands, whom, amount, memo);
  await hands.press('Pay now');
  await hands.see(new RegExp(`^Paid: .* to ${whom}\\.$`));
}

/** Copies the own contact card. */
export async function copyCard(hands: Hands): Promise<string> {
  await hands.go('Ask');
  return hands.page.getByRole('region', { name: 'Your contact card' }).getByRole('textbox').inputValue();
}

/** Pastes the card of somebody. */
export async function addCard(hands: Hands, name: string, card: string): Promise<void> {
  await hands.go('People');
  await hands.page.getByLabel('Their contact card').fill(card);
  await hands.press('Add');
  await hands.see(`${name} was added.`);
}

/** Lets somebody owe, who learns of it at once. */
export async function letOwe(hands: Hands, name: string, limit: string): Promise<void> {
  await hands.go('People');
  const part = person(hands, name);
  await part.getByText(`How much may ${name} owe you?`).click();
  const form = part.locator('details[open]');
  await form.getByLabel('Amount').fill(limit);
  await form.getByLabel('Currency').fill('UAH');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await form.getByText(`Saved: ${name} may owe you up to`).waitFor();
  await part.getByText(`How much may ${name} owe you?`).click();
}

/** All that is owed, as Home says it, becomes this: `You owe Boris 7.00 UAH`. */
export async function seeBalances(hands: Hands, lines: readonly string[]): Promise<void> {
  await hands.go('Home');
  const items = hands.page.getByRole('region', { name: 'Who owes whom' }).getByRole('listitem');
  const shown = async (): Promise<string[]> => (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  await expect.poll(async () => (await shown()).toSorted(), { timeout: WAIT_MS }).toEqual(lines.toSorted());
}

/** Saves the own ledger under History; the path of the file. */
export async function saveLedger(hands: Hands): Promise<string> {
  await hands.go('History');
  const saving = hands.page.waitForEvent('download');
  await hands.press('Save the whole ledger');
  return (await saving).path();
}
