/**
 * An indexer that lies costs attempts, never money (§6.5). Everybody is a process of their own: five participants, an
 * honest hub, and three hubs that run patched copies of the source.
 *
 * Alice can pay Rita over Bob and Dora only; Carol is her neighbour too, and leads nowhere. In UAH all lines are
 * announced. In hours, as is usual, none are, so that nobody has a map.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Result } from '#node/api/contract.ts';
import { unitsOf } from '#node/cli/show.ts';
import { identityOf, newSeed } from '#node/identity/key-file.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANSWER_WAIT_MS, MAX_ROUTES } from '#protocol/limits.ts';
import { type GeoProgram, LOCAL } from '#test/support/geo.ts';
import { type GeoProcess, GeoProcesses, readFigures } from '#test/support/geo-process.ts';
import { FULL_MAP, falseEdges, HIDDEN_EDGES, slow } from '#test/support/lying-hubs.ts';
import type { Patch } from '#test/support/mutated.ts';
import { canPay } from '#test/support/nodes.ts';

const NAMES = ['Alice', 'Bob', 'Carol', 'Dora', 'Rita'] as const;
type Name = (typeof NAMES)[number];
type Triple = [PublicKey, PublicKey, PublicKey];
/** The first lets the second owe; the second lets the first owe a little, so that both agree to the announcement. */
const LINES: readonly (readonly [Name, Name])[] = [
  ['Bob', 'Alice'],
  ['Carol', 'Alice'],
  ['Dora', 'Bob'],
  ['Rita', 'Dora'],
];
const LIARS = ['false edges', 'hidden edges', 'slow'] as const;
type Hub = (typeof LIARS)[number] | 'honest';
const EQUIVALENTS = ['UAH', 'hour'] as const;

/** What one payment came to, and what it took. */
interface Paid {
  readonly payment: Result<'pay'>;
  readonly cost: {
    readonly ms: number | null;
    readonly attempts: number;
    readonly probes: number;
    readonly asked: number;
    readonly answered: number;
    readonly finds: number;
  };
}

/** Bounds of all waiting: the machine may have much else to do. */
const PATIENT = { timeout: 60_000, interval: 100 };
const SETTING_UP_MS = 300_000;
const HINTS_IN = ['geo_messages_in_total', 'type="hints"'] as const;
/** Of probes and attempts: one for each false route, since it has a hop that is not there, and as many for true ones. */
const MOST_QUESTIONS = 2 * MAX_ROUTES;

let processes: GeoProcesses;
/** Of Alice in a network that is larger than her map. */
let fullMap: GeoProgram;
const participants = new Map<Name, GeoProcess>();
const hubs = new Map<Hub, GeoProcess>();
/** What Alice was told that she has paid to Rita, by equivalent. */
const acknowledged = new Map<string, bigint>();

const of = (name: Name): GeoProcess => participants.get(name) as GeoProcess;
const hub = (name: Hub): GeoProcess => hubs.get(name) as GeoProcess;

beforeAll(async () => {
  processes = await GeoProcesses.create();
  fullMap = processes.patched(FULL_MAP);
  const keys = new Map<Name, PublicKey>();
  for (const name of NAMES) keys.set(name, await processes.create(name));
  const starting = NAMES.map((name) => start(name, name === 'Alice' ? fullMap : undefined));
  await Promise.all([...starting, startHubs(keys)]);
  await linkAll();
}, SETTING_UP_MS);

afterAll(() => processes.close(), SETTING_UP_MS);

async function start(name: Name, program?: GeoProgram, ...more: readonly string[]): Promise<void> {
  // Stopped also when this process ends in whatever way.
  participants.set(name, await processes.start(name, ['start', '--until-stdin-ends', ...LOCAL, ...more], program));
}

async function startHubs(keys: ReadonlyMap<Name, PublicKey>): Promise<void> {
  const [bob, carol, dora] = ['Bob', 'Carol', 'Dora'].map((name) => keys.get(name as Name)) as Triple;
  const [x, y, z] = [0, 1, 2].map(() => identityOf(newSeed()).publicKey) as Triple;
  // Lines between people who have none, and over strangers to all.
  const short = [[bob], [carol], [bob, carol], [bob, x], [carol, x]];
  const between = [...short, [carol, dora], [bob, x, y], [bob, x, y, z, carol]];
  expect(between.length).toBe(MAX_ROUTES);
  const patches: Record<Hub, readonly Patch[]> = {
    // One that stands alone is not worth a probe, and costs an attempt.
    'false edges': falseEdges({ UAH: between, hour: [[bob]] }),
    'hidden edges': HIDDEN_EDGES,
    slow: slow(2 * ANSWER_WAIT_MS),
    honest: [],
  };
  const argv = ['hub', 'start', '--http-port', '0', ...LOCAL, '--equivalents', ...EQUIVALENTS];
  const starting = Object.entries(patches).map(async ([name, patch]) => {
    await processes.create(name);
    const program = patch.length === 0 ? undefined : processes.patched(patch);
    hubs.set(name as Hub, await processes.start(name, argv, program));
  });
  await Promise.all(starting);
}

/** Contacts and lines; and each hub is a contact of Rita's, from whom it gets the map. */
async function linkAll(): Promise<void> {
  const know = async (one: GeoProcess, other: GeoProcess): Promise<void> => {
    await one.client.putContact({ who: (await other.client.getId()).card });
    await other.client.putContact({ who: (await one.client.getId()).card });
  };
  for (const [from, to] of LINES) {
    await know(of(from), of(to));
    for (const equivalent of EQUIVALENTS) {
      const policy = { announce: equivalent === 'UAH' };
      const line = { equivalent, policy, waitMs: 60_000 };
      await of(from).client.setTrustLine({ ...line, who: to, limit: '100' });
      await of(to).client.setTrustLine({ ...line, who: from, limit: '1' });
    }
  }
  await of('Alice').client.putContact({ who: (await of('Rita').client.getId()).card });
  for (const each of hubs.values()) await know(of('Rita'), each);
  for (const each of hubs.values()) await vi.waitFor(async () => expect(await linesOf(each)).toBe(8), PATIENT);
}

async function linesOf({ http }: GeoProcess): Promise<number> {
  return (await readFigures(`${http}/metrics`)).sum('geo_hub_lines');
}

async function timesAsked(name: Hub): Promise<number> {
  return (await readFigures(`${hub(name).http}/metrics`)).sum('geo_hub_answers_total', 'way="libp2p"');
}

/** Alice anew, who asks these hubs. What she had learned of hops and hubs is forgotten with the process. */
async function restartAlice(program: GeoProgram | undefined, ...asked: readonly Hub[]): Promise<void> {
  await of('Alice').stop();
  const indexers = asked.map((name) => hub(name).addresses[0] as string);
  await start('Alice', program, ...(indexers.length > 0 ? ['--indexers', ...indexers] : []));
  await vi.waitFor(async () => {
    const { accounts } = await of('Alice').client.getBalance({});
    expect(accounts.map(({ linked }) => linked)).toEqual([true, true, true, true]);
  }, PATIENT);
}

/** Alice pays, is told how it ended, and everybody's books say just that. */
async function pay(equivalent: string, to = 'Rita'): Promise<Paid> {
  const before = await of('Alice').figures();
  const payment = await of('Alice').client.pay({ to, equivalent, amount: '1.5', waitMs: 60_000 });
  expect(payment.finishedAtMs).not.toBeNull();
  const after = await of('Alice').figures();
  const counted = (way: 'in' | 'out', type: string): number => {
    const [name, label] = [`geo_messages_${way}_total`, `type="${type}"`] as const;
    return after.sum(name, label) - before.sum(name, label);
  };
  if (payment.state === 'COMMITTED') {
    acknowledged.set(equivalent, (acknowledged.get(equivalent) ?? 0n) + unitsOf(payment.amount));
  }
  await vi.waitFor(checkBooks, PATIENT);
  const cost = {
    ...{ ms: payment.ms, attempts: payment.attempts, probes: counted('out', 'probe') },
    ...{ asked: counted('out', 'hint-request'), answered: counted('in', 'hints'), finds: counted('out', 'find') },
  };
  console.log(expect.getState().currentTestName, equivalent, payment.state, cost);
  return { payment, cost };
}

/** Alice owes what she was told that she has paid, Rita is owed it, and nobody in between has won or lost or holds anything. */
async function checkBooks(): Promise<void> {
  const balances = new Map<string, bigint>();
  const nets = new Map<string, bigint>();
  const held: string[] = [];
  for (const name of NAMES) {
    const { accounts } = await of(name).client.getBalance({});
    for (const { neighbour, equivalent, balance, reservedIn, reservedOut } of accounts) {
      const net = `${name} ${equivalent}`;
      nets.set(net, (nets.get(net) ?? 0n) + unitsOf(balance));
      balances.set(`${name} ${neighbour.name} ${equivalent}`, unitsOf(balance));
      if (unitsOf(reservedIn) + unitsOf(reservedOut) > 0n) held.push(`${name} ${neighbour.name} ${equivalent}`);
    }
  }
  expect(held).toEqual([]);
  for (const equivalent of EQUIVALENTS) {
    const paid = acknowledged.get(equivalent) ?? 0n;
    const netOf = NAMES.map((name) => nets.get(`${name} ${equivalent}`));
    expect(netOf).toEqual([-paid, 0n, 0n, 0n, paid]);
    for (const [one, other] of LINES) {
      const both = [`${one} ${other} ${equivalent}`, `${other} ${one} ${equivalent}`].map((pair) => balances.get(pair));
      expect(both[0]).toBe(-(both[1] ?? 0n));
    }
  }
}

describe('a payer whose map does not hold the way', () => {
  it('pays by the hints of an honest hub alone', async () => {
    await restartAlice(fullMap, 'honest');
    const { cost } = await payUntil('UAH', byHints);
    expect(cost).toMatchObject({ attempts: 1, asked: 1, answered: 1 });
    // Alice really has no map: her own lines are on it, both ways, and no other.
    expect((await of('Alice').client.getTopology({})).lines).toHaveLength(4);
  });

  it.each(LIARS)(
    'and who asks one that lies alone (%s) pays all the same, over a way that neighbours find',
    async (liar) => {
      await restartAlice(fullMap, liar);
      const askedBefore = await timesAsked(liar);
      const { payment, cost } = await pay('UAH');
      expect(payment).toMatchObject({ state: 'COMMITTED', hops: 3 });
      expect(await timesAsked(liar)).toBeGreaterThan(askedBefore);
      expect(cost).toMatchObject({ asked: 1, finds: 2 });
      expect(cost.probes + cost.attempts).toBeLessThanOrEqual(MOST_QUESTIONS);
      // What comes too late says nothing.
      await vi.waitFor(async () => expect((await of('Alice').figures()).sum(...HINTS_IN)).toBe(1), PATIENT);
      expect(await of('Alice').client.getPayment({ id: payment.paymentId })).toEqual(payment);
      await checkBooks();
    },
  );

  it.each(LIARS)(
    'and who asks one that lies (%s) and an honest one pays by the hints of the honest one',
    async (liar) => {
      await restartAlice(fullMap, liar, 'honest');
      const askedBefore = await timesAsked(liar);
      const { cost } = await payUntil('UAH', byHints);
      expect(await timesAsked(liar)).toBeGreaterThan(askedBefore);
      expect(cost.asked).toBe(2);
      expect(cost.probes + cost.attempts).toBeLessThanOrEqual(MOST_QUESTIONS);
    },
  );

  it('is refused where only false lines lead, and owes nothing for it', async () => {
    await restartAlice(fullMap, ...LIARS, 'honest');
    // A hub without lines, who is a stranger to all but in what the liar says.
    const { payment, cost } = await pay('UAH', hub('honest').publicKey);
    expect(payment.state).toBe('ABORTED');
    // The other one where the liar itself was late.
    expect(['no-trust-line', 'no-route']).toContain(payment.refusal?.code);
    expect(cost.probes + cost.attempts).toBeLessThanOrEqual(MOST_QUESTIONS);
  });
});

describe('a payer of the usual kind, where no line is announced', () => {
  it('pays without map and without indexers, over a way that neighbours find', async () => {
    await restartAlice(undefined);
    const { payment, cost } = await pay('hour');
    expect(payment).toMatchObject({ state: 'COMMITTED', hops: 3, attempts: 1 });
    expect(cost).toMatchObject({ asked: 0, finds: 2 });
  });

  it('and who asks three that lie pays just so, and with a map does not even ask them', async () => {
    await restartAlice(undefined, ...LIARS);
    // A false route that is the only one known is tried at once, and costs an attempt.
    const { cost } = await payUntil('hour', ({ payment }) => payment.attempts === 2);
    expect(cost).toMatchObject({ asked: 3, finds: 2 });
    await canPay(of('Alice'), 'Rita');
    const byMap = await pay('UAH');
    expect(byMap.payment).toMatchObject({ state: 'COMMITTED', hops: 3, attempts: 1 });
    expect(byMap.cost).toMatchObject({ asked: 0, finds: 0 });
  });
});

/**
 * Pays until a payment went as meant: on a busy machine any hub may be late, so that neighbours are asked as well. However
 * it goes, it is made and the books are right.
 */
async function payUntil(equivalent: string, isMeant: (paid: Paid) => boolean): Promise<Paid> {
  for (let tries = 1; ; tries++) {
    const paid = await pay(equivalent);
    expect(paid.payment).toMatchObject({ state: 'COMMITTED', hops: 3 });
    if (isMeant(paid)) return paid;
    expect(tries).toBeLessThan(10);
  }
}

/** Without a question to neighbours. */
const byHints = ({ cost }: Paid): boolean => cost.finds === 0;
