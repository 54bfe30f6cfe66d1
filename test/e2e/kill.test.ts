import { describe, expect, it } from 'vitest';
import type { Result } from '#node/api/contract.ts';
import { openStore } from '#node/store/store.ts';
import { emptyAccount } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { CommittedPosition } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { checkBooks, type Owner } from '#test/soak/books.ts';
import { runKills } from '#test/soak/kill-run.ts';
import { committed, type Person, person } from '#test/support/people.ts';
import { atScale } from '#test/support/scale.ts';
import { temporaryFolder } from '#test/support/store.ts';

const KILLS = atScale(8, 30);

it(`nodes that are killed ${KILLS} times during payments lose none that was acknowledged`, async () => {
  const counts: number[] = [];
  const tell = ({ kills }: { kills: number }): void => void counts.push(kills);
  const outcome = await runKills({ kills: KILLS, seed: 1, folder: temporaryFolder(), tell });
  expect(outcome).toMatchObject({ kills: KILLS, lost: 0, violations: [] });
  expect(outcome.acknowledged).toBeGreaterThan(KILLS);
  expect(counts).toStrictEqual(Array.from({ length: KILLS }, (_, index) => index + 1));
}, 300_000);

describe('what is checked at the end', () => {
  const [alice, bob] = [person(1), person(2)];
  const certificate = committed([alice, bob]);
  const { txId, route, header } = certificate;

  function booksOf(at: 0 | 1, change: Partial<CommittedPosition> = {}): DurableRecord[] {
    const position: CommittedPosition = {
      ...{ type: 'position', state: 'committed', position: at, ...certificate, acked: true },
      ...{ waivedByDownstream: null, waivedByMe: null, ...change },
    };
    const neighbour = at === 0 ? bob : alice;
    const balance = at === 0 ? -route.amount : route.amount;
    return [
      { type: 'transaction', txId, positions: [position] },
      { ...emptyAccount(neighbour.key, header.equivalent), balance },
    ];
  }

  async function ownerOf(name: string, { key }: Person, records: readonly DurableRecord[]): Promise<Owner> {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    await store.write(records, { sync: true });
    await store.close();
    return { name, folder, publicKey: key };
  }

  /** What is found when Bob has these records, and Alice was told that the payment is committed. */
  async function checked(bobs: readonly DurableRecord[], said = formatAmount(route.amount)) {
    const owners = [await ownerOf('Alice', alice, booksOf(0)), await ownerOf('Bob', bob, bobs)];
    const balances = new Map([
      [`${alice.key} ${bob.key}`, `-${formatAmount(route.amount)}`],
      [`${bob.key} ${alice.key}`, said],
    ]);
    const nodes = route.nodes.map((publicKey) => ({ publicKey, pid: '', name: null }));
    const payment = { txId, routes: [{ amount: formatAmount(route.amount), nodes }] } as unknown as Result<'pay'>;
    return checkBooks(owners, balances, [{ payment, isAcknowledged: true }]);
  }

  it('is right when both have it', async () => {
    expect(await checked(booksOf(1))).toStrictEqual({ lost: 0, violations: [] });
  });

  it('shows a payment that one of them does not have', async () => {
    const [, account] = booksOf(1);
    const found = await checked([account as DurableRecord]);
    expect(found).toStrictEqual({ lost: 1, violations: [`${txId} is unknown on the book of Bob`] });
  });

  it('shows balances that do not match', async () => {
    const [transaction] = booksOf(1);
    const account = { ...emptyAccount(alice.key, header.equivalent), balance: 1n, reservedIn: 2n };
    const { lost, violations } = await checked([transaction as DurableRecord, account]);
    expect(lost).toBe(0);
    expect(violations).toStrictEqual([
      'Bob holds 2 and 0',
      `the account of Alice with Bob is ${-route.amount}, from the other side 1`,
      `the account of Bob with Alice is 1, from the other side ${-route.amount}`,
      `the account of Bob with Alice is 1, by its payments ${route.amount}`,
      `the account of Bob with Alice is 1, by the API ${formatAmount(route.amount)}`,
    ]);
  });

  it('shows certificates that prove nothing, and what was not settled', async () => {
    const { violations } = await checked(booksOf(1, { commit: new Uint8Array(64), acked: false }));
    expect(violations).toStrictEqual([
      `${txId}, which is committed on the book of Bob, is not settled`,
      expect.stringMatching(/, has a bad certificate: /),
    ]);
  });
});
