/** Real nodes as processes: circles of debt cancel themselves within seconds of the payment that closed them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Begun, beginMember, type Member } from '#node/community/member.ts';
import { inParallel } from '#node/community/members.ts';

const NAMES = ['Anna', 'Boris', 'Carol', 'Dmytro', 'Emma', 'Farid'] as const;
/** Far more than it takes on a machine with nothing else to do. */
const PATIENCE_MS = 30_000;

let folder: string;
const begun: Begun[] = [];
let members: readonly Member[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-clearing-'));
  const started: Member[] = [];
  await inParallel([...NAMES.keys()], 2, async (at) => {
    const name = NAMES[at] as string;
    const settings = {
      name,
      folder: join(folder, name),
      network: 'geo-test',
      precision: {},
      clearing: 'always',
    } as const;
    const member = await beginMember(settings);
    begun.push(member);
    started[at] = await member.up;
  });
  members = started;
  for (const [at, { client }] of members.entries()) {
    for (const other of members.slice(at + 1)) {
      const { linked } = await client.connectPeer({ who: (await other.client.getId()).card, waitMs: PATIENCE_MS });
      expect(linked).toBe(true);
      await other.client.putContact({ who: (await client.getId()).card });
    }
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(begun.map((member) => member.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** What each owes the next, as both have it. */
async function debtsOf(circle: readonly Member[], equivalent: string): Promise<readonly string[]> {
  return Promise.all(
    circle.map(async ({ client }, at) => {
      const next = circle[(at + 1) % circle.length] as Member;
      const { accounts } = await client.getBalance({ equivalent });
      return accounts.find(({ neighbour }) => neighbour.publicKey === next.publicKey)?.balance ?? '0';
    }),
  );
}

/** Opens the lines of a circle and makes all debts on it but the last one. */
async function almostClosed(
  circle: readonly Member[],
  equivalent: string,
  autoClearing = true,
): Promise<() => Promise<unknown>> {
  const waitMs = PATIENCE_MS;
  const payments = circle.map((debtor, at) => {
    const creditor = circle[(at + 1) % circle.length] as Member;
    return { debtor, creditor, order: { to: creditor.publicKey, equivalent, amount: String(10 + at), id: `${at}` } };
  });
  for (const { debtor, creditor } of payments) {
    const policy = { autoClearing };
    await creditor.client.setTrustLine({ who: debtor.publicKey, equivalent, limit: '100', policy, waitMs });
  }
  const pay = async ({ debtor, order }: (typeof payments)[number]): Promise<void> => {
    const id = `${equivalent} ${order.id}`;
    expect(await debtor.client.pay({ ...order, id, waitMs })).toMatchObject({ state: 'COMMITTED' });
  };
  const last = payments.pop() as (typeof payments)[number];
  for (const payment of payments) await pay(payment);
  return () => pay(last);
}

it.each([3, 4, 6])('a circle of %i', async (size) => {
  const circle = members.slice(0, size);
  const equivalent = `R${size}`;
  const close = await almostClosed(circle, equivalent);
  await close();
  const closedAt = performance.now();
  // The first debt was the least, 10; the others were as much larger as they were later.
  const left = circle.map((_, at) => (at === 0 ? '0' : `-${at}`));
  await expect.poll(() => debtsOf(circle, equivalent), { timeout: PATIENCE_MS, interval: 50 }).toEqual(left);
  console.log(`a circle of ${size}: cleared after ${Math.round(performance.now() - closedAt)} ms`);
  const { entries } = await (circle[0] as Member).client.getHistory({ limit: 1 });
  expect(entries).toMatchObject([{ kind: 'clear', amount: '10' }]);
});

it('whose lines ask first: nothing is cleared or held before all have agreed', async () => {
  const circle = members.slice(0, 3);
  const close = await almostClosed(circle, 'ASK', false);
  await close();
  const waiting = async (state: string): Promise<readonly { member: Member; id: string }[]> => {
    const all = await Promise.all(
      circle.map(async (member) => {
        const { proposals } = await member.client.getClearing();
        return proposals.filter((one) => one.state === state).map(({ id }) => ({ member, id }));
      }),
    );
    return all.flat();
  };
  for (let agreed = 0; agreed < circle.length; agreed++) {
    await expect.poll(() => waiting('PROPOSED'), { timeout: PATIENCE_MS, interval: 50 }).not.toEqual([]);
    expect(await debtsOf(circle, 'ASK')).toEqual(['-10', '-11', '-12']);
    const [{ member, id } = { member: circle[0] as Member, id: '' }] = await waiting('PROPOSED');
    await member.client.answerProposal({ id, agrees: true });
  }
  await expect.poll(() => debtsOf(circle, 'ASK'), { timeout: PATIENCE_MS, interval: 50 }).toEqual(['0', '-1', '-2']);
});
