import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import {
  Queue,
  type Sender,
  type Waiting,
  type WaitingContact,
  type WaitingLine,
  type WaitingPayment,
  withPayment,
} from '#desktop/ui/src/member/queue.ts';
import { Memory } from '#test/support/memory.ts';

const boris = { pid: 'B', publicKey: 'b', name: 'Boris' };
const line: WaitingLine = {
  ...{ kind: 'line', id: 'B:UAH', to: boris, equivalent: 'UAH', limit: '10', refusal: null },
  ...{ document: 'first', seq: 1, madeAtMs: 1 },
};
const change: WaitingContact = {
  ...{ kind: 'contact', id: 'c1', to: boris, put: { who: 'b', alias: 'Bob' }, madeAtMs: 3, refusal: null },
};
const payment: WaitingPayment = {
  ...{ kind: 'payment', id: 'f0', to: boris, equivalent: 'UAH', amount: '5', memo: '', madeAtMs: 2, phase: 'new' },
};

describe('what waits to be sent', () => {
  let kept: Memory;
  let told: readonly Waiting[];
  let queue: Queue;
  let sent: string[];
  /** What the hub answers to a line, and how a payment ended. */
  let answer: AskError | null;
  let end: 'paid' | 'open' | 'over';

  const sender: Sender = {
    sendLine: ({ document }) => {
      if (answer !== null) return Promise.reject(answer);
      sent.push(document);
      return Promise.resolve();
    },
    sendContact: ({ id }) => {
      if (answer !== null) return Promise.reject(answer);
      sent.push(id);
      return Promise.resolve();
    },
    settle: ({ id }) => {
      sent.push(id);
      return Promise.resolve(end);
    },
  };

  beforeEach(() => {
    kept = new Memory();
    [told, sent, answer, end] = [[], [], null, 'paid'];
    queue = new Queue(kept, (all) => {
      told = all;
    });
  });

  it('is sent once, in its order, and gone', async () => {
    await queue.put(payment);
    await queue.put(line);
    await queue.flush(sender);
    await queue.flush(sender);
    expect(sent).toEqual(['first', 'f0']);
    expect([await queue.all(), told]).toEqual([[], []]);
  });

  it('is sent once by two windows that are at it together', async () => {
    await queue.put(line);
    await queue.put(change);
    await Promise.all([queue.flush(sender), new Queue(kept).flush(sender), queue.flush(sender)]);
    expect(sent).toEqual(['first', 'c1']);
  });

  it('is there for the next visit', async () => {
    await queue.put(line);
    expect(await new Queue(kept).all()).toEqual([line]);
  });

  it('gives way to a newer line of the same account', async () => {
    await queue.put(line);
    await queue.put({ ...line, document: 'second', seq: 2 });
    await queue.flush(sender);
    expect(sent).toEqual(['second']);
  });

  it('stays where a newer line came while the older one was sent', async () => {
    await queue.put(line);
    await queue.flush({ ...sender, sendLine: () => queue.put({ ...line, document: 'second', seq: 2 }) });
    expect(await queue.all()).toMatchObject([{ document: 'second' }]);
  });

  it.each(['unreachable', 'too-often', 'signature-stale', 'token-wrong'])('stays when the hub is %s', async (code) => {
    answer = new AskError(code, '');
    await queue.put(line);
    await queue.flush(sender);
    expect(await queue.all()).toEqual([line]);
  });

  it('is shown with the reason when it is refused, and not sent again', async () => {
    answer = new AskError('limit-below-debt', 'no', { debt: '20' });
    await queue.put(line);
    await queue.flush(sender);
    answer = null;
    await queue.flush(sender);
    expect(sent).toEqual([]);
    expect(told).toMatchObject([{ refusal: { code: 'limit-below-debt', facts: { debt: '20' } } }]);
  });

  it.each(['unreachable', 'too-often', 'signature-stale'])(
    'a change among people stays when the hub is %s, and is sent once',
    async (code) => {
      answer = new AskError(code, '');
      await queue.put(change);
      await queue.flush(sender);
      expect(await queue.all()).toEqual([change]);
      answer = null;
      await Promise.all([queue.flush(sender), new Queue(kept).flush(sender)]);
      expect([sent, await queue.all()]).toEqual([['c1'], []]);
    },
  );

  it('a change among people that is refused is shown with the reason, and not sent again', async () => {
    answer = new AskError('contact-in-use', 'no', { pid: 'B' });
    await queue.put(change);
    await queue.flush(sender);
    answer = null;
    await queue.flush(sender);
    expect(sent).toEqual([]);
    expect(told).toMatchObject([{ refusal: { code: 'contact-in-use', facts: { pid: 'B' } } }]);
  });

  it('does not hold up what comes after it, unless the hub is away', async () => {
    await queue.put(line);
    await queue.put(payment);
    answer = new AskError('too-often', '');
    await queue.flush(sender);
    expect(sent).toEqual(['f0']);
    await queue.put(payment);
    answer = new AskError('unreachable', '');
    await queue.flush(sender);
    expect(sent).toEqual(['f0']);
  });

  it.each([
    ['open', 'open'],
    ['over', 'over'],
  ] as const)('a payment that is %s is kept, and %s', async (how, phase) => {
    end = how;
    await queue.put(payment);
    await queue.flush(sender);
    expect(told).toEqual([{ ...payment, phase }]);
  });

  it('a payment that the hub was away for is not said to have come to an end', async () => {
    end = 'over';
    await queue.put({ ...payment, phase: 'asks' });
    await queue.flush(sender);
    expect(told).toEqual([{ ...payment, phase: 'asks' }]);
  });

  it.each(['over', 'open'] as const)(
    'a payment that was forgotten while it was asked about stays so: %s',
    async (how) => {
      await queue.put({ ...payment, phase: 'open' });
      const forgotten: Promise<void>[] = [];
      const settle: Sender['settle'] = async () => {
        forgotten.push(queue.forget(payment));
        await vi.waitFor(() => expect(told).toEqual([]), 20_000);
        return how;
      };
      await queue.flush({ ...sender, settle });
      await Promise.all(forgotten);
      expect([await queue.all(), told]).toEqual([[], []]);
    },
  );

  it('a payment that ends while another look at it waits for its turn is not brought back', async () => {
    end = 'over';
    await queue.put(payment);
    const isBegun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const paying = withPayment(payment.id, async () => {
      isBegun.resolve();
      await mayEnd.promise;
      await queue.remove(payment);
    });
    await isBegun.promise;
    const flushing = queue.flush(sender);
    // It has read what there is, and waits.
    await vi.waitFor(async () => expect((await navigator.locks.query()).pending).toHaveLength(1), 20_000);
    mayEnd.resolve();
    await Promise.all([paying, flushing]);
    expect([await queue.all(), told, sent]).toEqual([[], [], []]);
  });
});
