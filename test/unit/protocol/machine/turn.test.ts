import { expect, it } from 'vitest';
import { emptyAccount } from '#protocol/account.ts';
import { Turn } from '#protocol/machine/turn.ts';
import { Records } from '#protocol/records.ts';
import { key, NETWORK, UAH } from '#test/support/packets.ts';
import { person, THEN_MS } from '#test/support/people.ts';

it('the accounts of a step are those of the records as it has left them, and new ones, each once', () => {
  const records = new Records(key('A'), NETWORK);
  const accountWith = (name: string) => emptyAccount(key(name), UAH);
  const [old, changed, fresh] = [accountWith('B'), accountWith('C'), accountWith('D')];
  for (const account of [old, changed]) records.apply(account);
  const turn = new Turn(records, THEN_MS, person(1).sign);
  turn.saveAccount({ ...changed, balance: 5n });
  turn.saveAccount(fresh);
  turn.saveAccount({ ...fresh, balance: 7n });
  expect([...turn.accounts()]).toEqual([old, { ...changed, balance: 5n }, { ...fresh, balance: 7n }]);
  expect([...records.accounts()]).toEqual([old, changed]);
});
