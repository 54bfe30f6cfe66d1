import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Failure } from '#node/failure.ts';
import type { Occurrence } from '#protocol/event.ts';
import { encodeMessage } from '#protocol/link.ts';
import type { SignedTrustLine } from '#protocol/trust-line.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type Rig, rigOf, settled } from '#test/support/driver.ts';
import { person, THEN_MS } from '#test/support/people.ts';

const [alice, bob] = [person(1), person(2)] as const;
const EQUIVALENTS = ['A', 'B', 'C', 'D'];

/** What happens to the driver, in any order; `finish` lets the write that is going on succeed. */
type Action =
  | { readonly do: 'trust' | 'receive'; readonly equivalent: string }
  | { readonly do: 'link-up' | 'link-down' | 'bad-frame' | 'finish' | 'wait' | 'settle' };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    do: fc.constantFrom('trust' as const, 'receive' as const),
    equivalent: fc.constantFrom(...EQUIVALENTS),
  }),
  fc.record({
    do: fc.constantFrom('link-up' as const, 'link-down' as const, 'bad-frame' as const),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('finish' as const, 'wait' as const, 'settle' as const) }) },
);

const documentOf = ({ line }: SignedTrustLine) => `${line.from}/${line.equivalent}/${line.seq}`;

/** Runs a driver and checks at every release that what it rests on is on disk. */
class Run {
  readonly rig: Rig;
  /** Numbers of submitted events in the order in which they were resolved, and which were rejected. */
  readonly resolved: number[] = [];
  readonly rejected: number[] = [];
  /** What was asked, and what was told of it: `set A 5`. */
  readonly asked: string[] = [];
  readonly told: string[] = [];
  submitted = 0;
  #seq = 0;
  #failed = false;

  constructor() {
    this.rig = rigOf(alice, (_to, message) => {
      expect(this.#failed).toBe(false);
      if (message.type === 'trust-line') expect(this.#isSaved(documentOf(message.signed))).toBe(true);
      if (message.type === 'trust-line-ack') {
        expect(this.#isSaved(`${message.from}/${message.equivalent}/${message.seq}`)).toBe(true);
      }
    });
    this.rig.driver.subscribe((notice) => {
      expect(this.#failed).toBe(false);
      if (notice.type === 'trust-line') this.told.push(`${notice.from}/${notice.equivalent}`);
    });
  }

  async act(next: Action): Promise<void> {
    const { driver, clock } = this.rig;
    expect(this.rig.writes.length).toBeLessThanOrEqual(1);
    switch (next.do) {
      case 'trust':
        this.asked.push(`${alice.key}/${next.equivalent}`);
        this.#submit(trust(next.equivalent, BigInt(this.submitted)));
        return;
      case 'receive':
        this.asked.push(`${bob.key}/${next.equivalent}`);
        await driver.receive(bob.key, lineFrame(next.equivalent, ++this.#seq));
        return;
      case 'bad-frame':
        await driver.receive(bob.key, Uint8Array.of(1));
        return;
      case 'link-up':
      case 'link-down':
        this.#submit({ type: next.do, neighbour: bob.key });
        return;
      case 'finish':
        this.rig.writes[0]?.succeed();
        return;
      case 'wait':
        clock.advance(50);
        return;
      case 'settle':
        await settled();
        return;
    }
  }

  fail(): void {
    this.rig.writes[0]?.fail(new Failure('store-failed', 'broken'));
    this.#failed = true;
  }

  #submit(occurrence: Occurrence): void {
    const number = this.submitted++;
    this.rig.driver.submit(occurrence).then(
      () => this.resolved.push(number),
      () => this.rejected.push(number),
    );
  }

  #isSaved(document: string): boolean {
    for (const record of this.rig.saved)
      if (record.type === 'line' && documentOf(record.signed) === document) return true;
    return false;
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

it('effects come out in the order of steps, none before what it rests on is on disk', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const run = new Run();
      await run.rig.driver.start();
      for (const next of actions) await run.act(next);
      run.rig.writeAtOnce();
      await run.rig.driver.stop();
      await settled();
      expect(run.told).toStrictEqual(run.asked);
      expect([run.resolved, run.rejected]).toStrictEqual([numbers(0, run.submitted), []]);
      for (const line of run.rig.driver.records.lines()) expect(run.rig.saved).toContain(line);
    }),
    { numRuns: 150 },
  );
});

it('after a failed write nothing comes out any more, and everybody who waits is told', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 40 }),
      fc.array(action, { maxLength: 20 }),
      async (before, after) => {
        const run = new Run();
        await run.rig.driver.start();
        for (const next of before) await run.act(next);
        // In any case something waits for this write.
        await run.act({ do: 'trust', equivalent: 'A' });
        await settled();
        run.fail();
        await settled();
        const { length } = run.told;
        for (const next of after) if (next.do !== 'receive' && next.do !== 'bad-frame') await run.act(next);
        run.rig.writeAtOnce();
        await run.rig.driver.stop();
        await settled();
        expect(run.told).toStrictEqual(run.asked.slice(0, length));
        expect(run.resolved).toStrictEqual(numbers(0, run.resolved.length));
        expect(run.rejected).toStrictEqual(numbers(run.resolved.length, run.submitted));
        expect(run.rejected.length).toBeGreaterThan(0);
        expect(run.rig.failures).toHaveLength(1);
        expect(run.rig.writes).toStrictEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

function trust(equivalent: string, limit: bigint): Occurrence {
  const command = { type: 'set-trust-line', neighbour: bob.key, equivalent, limit, status: 'active' } as const;
  return { type: 'command', command: { ...command, policy: DEFAULT_POLICY } };
}

function lineFrame(equivalent: string, seq: number): Uint8Array {
  const line: TrustLine = {
    version: 1,
    network: 'geo-test',
    from: bob.key,
    to: alice.key,
    equivalent,
    seq,
    limit: 7n,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs: THEN_MS,
  };
  return encodeMessage({ type: 'trust-line', signed: { line, signature: bob.sign(trustLineStatement(line)) } });
}
