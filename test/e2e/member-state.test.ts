/** A page reads all that there is once, and after that what is new, also at the next visit. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { WholeState } from '#desktop/ui/src/carrier.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const [annasKey, borisKey, carolsKey] = [person(121), person(122), person(123)];

let hub: TestHub;
let anna: TestMember;
let boris: TestMember;

beforeAll(async () => {
  hub = await startMembersHub();
  [anna, boris] = [await openMember(hub.url, annasKey, 'Anna'), await openMember(hub.url, borisKey, 'Boris')];
  const carol = await openMember(hub.url, carolsKey, 'Carol');
  for (const member of [boris, carol]) await member.trust(anna.key, 'UAH', 100n * UNIT);
  for (const member of [anna, boris, carol]) await member.renewMandate();
  await pay(1n);
});

/** Anna pays Boris, as soon as the hub has connected them. */
async function pay(amount: bigint): Promise<void> {
  const paid = async () => (await anna.pay(order(boris.key, amount * UNIT))).state;
  await vi.waitFor(async () => expect(await paid()).toBe('paid'), { timeout: 20_000, interval: 500 });
}

interface Answer extends WholeState {
  readonly lines: readonly string[];
  readonly rows: { readonly entries: readonly string[] };
}

/** What a page is sent of the state from now on, and how many rows that has, an answer an entry. */
function sentTo({ connection }: TestMember, change = (answer: Answer): Answer => answer): Record<string, number>[] {
  const sent: Record<string, number>[] = [];
  const read = connection.read.bind(connection) as (...given: unknown[]) => Promise<Answer>;
  Object.assign(connection, {
    async read(...given: unknown[]) {
      if (given[1] !== '/participants/me/state') return read(...given);
      const answer = change(await read(...given));
      const { parts, lines } = answer;
      sent.push({
        contacts: parts.listContacts.contacts.length,
        accounts: parts.getBalance.accounts.length,
        trustLines: parts.listTrustLines.trustLines.length,
        held: parts.listHeld.held.length,
        entries: parts.getHistory.entries.length,
        lines: lines.length,
      });
      return answer;
    },
  });
  return sent;
}

const NOTHING = { contacts: 0, accounts: 0, trustLines: 0, held: 0, entries: 0, lines: 0 };

/** The page has kept, and shows, what whoever has kept nothing is shown. */
async function expectWhole(page: TestMember): Promise<void> {
  const state = await page.state();
  const { parts, lines } = await page.connection.read<Answer>('POST', '/participants/me/state', {});
  const { uptimeMs } = state.parts.getStatus;
  const whole = { ...parts, getStatus: { ...parts.getStatus, uptimeMs } };
  expect((await page.lastState())?.state).toEqual(state);
  expect({ lines: state.lines, parts: state.parts }).toEqual({ lines, parts: whole });
}

it('is sent what has changed, and shows the whole', async () => {
  await anna.state();
  const sent = sentTo(anna);
  await anna.state();
  expect(sent.splice(0)).toEqual([NOTHING]);

  await pay(3n);
  sent.length = 0;
  const { parts } = await anna.state();
  expect(sent.splice(0)).toEqual([{ ...NOTHING, accounts: 1, trustLines: expect.any(Number), entries: 1 }]);
  expect(parts.getBalance.accounts.map(({ balance }) => balance).toSorted()).toEqual(['-4', '0']);
  await expectWhole(anna);

  await boris.trust(anna.key, 'UAH', 90n * UNIT);
  sent.length = 0;
  await anna.state();
  expect(sent).toEqual([{ ...NOTHING, accounts: 1, trustLines: 1, lines: 1 }]);
  await expectWhole(anna);
});

it('is sent what is new since the last visit', async () => {
  await pay(1n);
  await anna.state();
  const next = await openMember(hub.url, annasKey, 'Anna', anna.kept);
  const sent = sentTo(next);
  await boris.trust(anna.key, 'UAH', 80n * UNIT);
  await next.state();
  expect(sent).toEqual([{ ...NOTHING, accounts: 1, trustLines: 1, lines: 1 }]);
  await expectWhole(next);
});

it.each([
  ['is not readable', 'no JSON'],
  ['is of an earlier page', JSON.stringify({ atMs: 1, state: { cursor: 'a:1', parts: {}, lines: [] } })],
])('is sent all where what was kept %s', async (_what, text) => {
  const { kept } = anna;
  await kept.set('geo-state', text);
  const next = await openMember(hub.url, annasKey, 'Anna', kept);
  await expectWhole(next);
});

it('asks for all where what is new does not fit what was there', async () => {
  await boris.state();
  const page = await openMember(hub.url, borisKey, 'Boris', boris.kept);
  const sent = sentTo(page, (answer) => {
    const isFirst = sent.length === 0;
    return isFirst ? { ...answer, rows: { ...answer.rows, entries: ['neverWas', ...answer.rows.entries] } } : answer;
  });
  await page.state();
  expect(sent).toEqual([NOTHING, expect.objectContaining({ entries: 3, lines: 1 })]);
  await expectWhole(page);
});

it('asks for all where something is doubtful', async () => {
  await boris.state();
  const sent = sentTo(boris);
  await boris.stateAnew();
  await boris.state();
  expect(sent).toEqual([expect.objectContaining({ accounts: 1, entries: 3, lines: 1 }), NOTHING]);
});
