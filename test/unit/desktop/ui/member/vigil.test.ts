/** When a member is told that its hub does not prove what it shows: not of a single look in vain, and not never. */
import { expect, it } from 'vitest';
import type { WholeState } from '#desktop/ui/src/carrier.ts';
import { accountName, type Checked } from '#desktop/ui/src/member/checked.ts';
import { Vigil } from '#desktop/ui/src/member/vigil.ts';
import { key } from '#test/support/packets.ts';

const neighbour = key('B');
const NAME = accountName(neighbour, 'UAH');

/** What the hub shows of the one account. */
function showing(balance: string): WholeState {
  const accounts = [{ neighbour: { pid: 'B', publicKey: neighbour, name: null }, equivalent: 'UAH', balance }];
  return { cursor: '', parts: { getBalance: { accounts } } } as unknown as WholeState;
}

function checked(change: Partial<Checked> = {}): Checked {
  const nothing = { unproven: [], passed: [], signed: 0, isAll: true };
  return { balances: new Map([[NAME, 0n]]), later: new Set(), ...nothing, ...change };
}

async function told(vigil: Vigil, before: string, of: Checked, after = before): Promise<readonly string[]> {
  return (await vigil.judge(showing(before), of, async () => showing(after))).map(({ type }) => type);
}

const DOUBT = ['balance-unproven'];

it('of a balance that stays at once, of one that changes meanwhile at the third look in a row', async () => {
  expect(await told(new Vigil(), '5', checked())).toEqual(DOUBT);
  const vigil = new Vigil();
  expect(await told(vigil, '5', checked(), '6')).toEqual([]);
  expect(await told(vigil, '0', checked())).toEqual([]);
  for (const expected of [[], [], DOUBT, DOUBT]) expect(await told(vigil, '7', checked(), '8')).toEqual(expected);
});

it('of an account that is put off, at the tenth look in a row', async () => {
  const vigil = new Vigil();
  const later = checked({ balances: new Map(), later: new Set([NAME]) });
  for (let look = 1; look < 10; look++) expect(await told(vigil, '5', later)).toEqual([]);
  expect(await told(vigil, '5', later)).toEqual(DOUBT);
  expect(await told(vigil, '0', checked())).toEqual([]);
  expect(await told(vigil, '5', later)).toEqual([]);
});

it('of looks without an answer, at the third until one is answered', async () => {
  const vigil = new Vigil();
  expect([vigil.isUnanswered(), vigil.isUnanswered()]).toEqual([false, false]);
  await told(vigil, '0', checked());
  expect([vigil.isUnanswered(), vigil.isUnanswered(), vigil.isUnanswered()]).toEqual([false, false, true]);
});
