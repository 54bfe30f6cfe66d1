import { expect, it } from 'vitest';
import { TURN_MS } from '#hub-indexer/limits.ts';
import { Turnstile } from '#hub-indexer/web/turnstile.ts';
import type { ParticipantContext } from '#node/api/context.ts';
import { EventLog } from '#node/api/event-log.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { settled } from '#test/support/driver.ts';
import { ManualClock } from '#test/support/manual-clock.ts';
import { THEN_MS } from '#test/support/people.ts';

/** Members before one turnstile, and what was asked in which order. */
function crowd(atOnce: number) {
  const clock = new ManualClock(THEN_MS);
  const turnstile = new Turnstile(atOnce);
  const asked: string[] = [];
  const member = (name: string) => {
    const events = new EventLog('0a'.repeat(16));
    const context = { clock, events, stopping: new AbortController().signal } as unknown as ParticipantContext;
    return {
      ask: (told: 'ways' | 'none' | Error) =>
        turnstile.ask(
          context,
          async () => {
            asked.push(name);
            if (told instanceof Error) throw told;
            return told;
          },
          (answer) => answer === 'ways',
        ),
      pays: (state: 'PREPARE_IN_PROGRESS' | 'COMMITTED') =>
        events.append({ type: 'payment', paymentId: '01'.repeat(32) as PaymentId, state } as never, clock.nowMs()),
    };
  };
  return { clock, asked, anna: member('Anna'), boris: member('Boris'), clara: member('Clara') };
}

it('so many ask at once; the next when a payment is over', async () => {
  const { asked, anna, boris, clara } = crowd(2);
  const all = [anna.ask('ways'), boris.ask('ways'), clara.ask('ways')];
  expect(await Promise.all(all.slice(0, 2))).toEqual(['ways', 'ways']);
  await settled();
  boris.pays('PREPARE_IN_PROGRESS');
  await settled();
  expect(asked).toEqual(['Anna', 'Boris']);
  boris.pays('COMMITTED');
  expect(await all[2]).toBe('ways');
});

it('or when it takes too long, or none can be made, or the question fails', async () => {
  const { clock, asked, anna, boris, clara } = crowd(1);
  const all = [anna.ask('ways'), boris.ask('none'), clara.ask(new Error('broken')), anna.ask('ways')];
  await settled();
  clock.advance(TURN_MS - 1);
  await settled();
  expect(asked).toEqual(['Anna']);
  clock.advance(1);
  await expect(all[2]).rejects.toThrow('broken');
  expect(await all[3]).toBe('ways');
  expect(asked).toEqual(['Anna', 'Boris', 'Clara', 'Anna']);
});

it('one member has one turn at a time', async () => {
  const { asked, anna, boris } = crowd(2);
  const all = [anna.ask('ways'), anna.ask('ways'), boris.ask('ways')];
  await Promise.all([all[0], all[2]]);
  await settled();
  expect(asked).toEqual(['Anna', 'Boris']);
  anna.pays('COMMITTED');
  await all[1];
  expect(asked).toEqual(['Anna', 'Boris', 'Anna']);
});

it('who only asks keeps no turn after a while, and waits behind those who pay, until it pays', async () => {
  const { clock, asked, anna, boris, clara } = crowd(1);
  const askInVain = async (): Promise<void> => {
    await anna.ask('ways');
    await settled();
    clock.advance(TURN_MS);
    await settled();
  };
  for (let time = 0; time < 3; time++) await askInVain();
  asked.length = 0;
  // The fourth turn is not kept for a payment: Boris need not wait for any time to pass.
  expect(await anna.ask('ways')).toBe('ways');
  expect(await boris.ask('ways')).toBe('ways');
  const waiting = [anna.ask('ways'), clara.ask('none')];
  await settled();
  boris.pays('COMMITTED');
  await Promise.all(waiting);
  expect(asked).toEqual(['Anna', 'Boris', 'Clara', 'Anna']);
  anna.pays('COMMITTED');
  await settled();
  void anna.ask('ways');
  await settled();
  void boris.ask('ways');
  await settled();
  expect(asked).toEqual(['Anna', 'Boris', 'Clara', 'Anna', 'Anna']);
});
