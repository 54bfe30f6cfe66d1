/** A hub that answers all but what would prove its balances: its member is told, though not of one that is away. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import { pidOf } from '#protocol/identity.ts';
import { carrierOf, letLink, type TestCarrier } from '#test/support/member-carrier.ts';
import { startMembersHub } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UAH = { equivalent: 'UAH' };
const [annasKey, borisKey] = [person(85), person(86)];
/** The page has been open so much longer. */
let passedMs = 0;
let anna: TestCarrier;

beforeAll(async () => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
  const hub = await startMembersHub();
  anna = await carrierOf(hub.url, annasKey, 'Anna');
  const boris = await carrierOf(hub.url, borisKey, 'Boris');
  await boris.carrier.ask('setTrustLine', { who: pidOf(annasKey.key), ...UAH, limit: '100' });
  await letLink(anna, boris);
  const paid = await anna.carrier.ask('pay', { to: pidOf(borisKey.key), amount: '1', ...UAH });
  expect(paid.state).toBe('COMMITTED');
});
afterAll(() => vi.restoreAllMocks());

/** Reads the state a while later, and waits for the look at the books that follows it; `isAway`: the hub is gone by then. */
async function lookLater(code: string, isAway: boolean): Promise<void> {
  passedMs += 150_000;
  const { member, carrier } = anna;
  const first = await member.state();
  const state = vi.spyOn(member, 'state').mockResolvedValueOnce(first);
  if (isAway) state.mockRejectedValueOnce(new AskError('unreachable', ''));
  const checkBooks = vi.spyOn(member, 'checkBooks').mockRejectedValueOnce(new AskError(code, ''));
  await carrier.readState();
  await vi.waitFor(() => expect(checkBooks).toHaveBeenCalledOnce(), 10_000);
  await expect(checkBooks.mock.results[0]?.value).rejects.toThrow();
  if (code === 'unreachable') await vi.waitFor(() => expect(state).toHaveBeenCalledTimes(2), 10_000);
  checkBooks.mockRestore();
  state.mockRestore();
}

it('tells the member after the third look in vain, where all else is answered', async () => {
  for (let looks = 0; looks < 5; looks++) await lookLater('unreachable', true);
  await lookLater('unreachable', false);
  await lookLater('too-often', false);
  expect(anna.alarms).toEqual([]);
  await lookLater('unreachable', false);
  await vi.waitFor(() => expect(anna.alarms).toMatchObject([{ type: 'balance-unproven', balance: '-1' }]), 10_000);
});
