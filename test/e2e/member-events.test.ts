/** What a member's page is told as it happens, with the page's own client: each kind once, also after the connection was lost. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemberEvents } from '#desktop/ui/src/member/events.ts';
import { type LyingNeighbour, startLyingNeighbour } from '#test/support/lying-neighbour.ts';
import { carrierOf, type TestCarrier } from '#test/support/member-carrier.ts';
import { openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const UAH = { equivalent: 'UAH' };
const [annasKey, borissKey, clarasKey] = [person(101), person(102), person(103)];
/** Hosted elsewhere, and not to be trusted. */
const [mallory, mallorysHost, nina, ninasHost] = [person(104), person(105), person(106), person(107)];

/** A message of the stream. */
interface Told {
  readonly cursor: string;
  readonly reset?: boolean;
  readonly notice?: Readonly<Record<string, unknown>> & { readonly type: string };
}

/** A page that listens from a cursor on, until the connection is cut. */
class Listening {
  readonly told: Told[] = [];
  #socket: WebSocket | null = null;
  readonly opened: Promise<void>;

  constructor({ hub, carrier }: TestCarrier, since: string | null) {
    const open = hub.openEvents.bind(hub);
    vi.spyOn(hub, 'openEvents').mockImplementationOnce(async (from) => {
      this.#socket = await open(from);
      return this.#socket;
    });
    const cursor = async (): Promise<string> => (await carrier.readState()).cursor;
    const events = new MemberEvents(hub, since, cursor, (message) => message);
    this.opened = new Promise((resolve) => events.addEventListener('open', () => resolve()));
    events.addEventListener('message', ({ data }) => void this.told.push(JSON.parse(String(data)) as Told));
  }

  /** As if the network was gone: nothing more is heard, and nothing said. */
  async cut(): Promise<string> {
    const closed = new Promise((resolve) => this.#socket?.addEventListener('close', resolve));
    this.#socket?.close();
    await closed;
    return this.told.at(-1)?.cursor ?? '';
  }

  of(type: string): Told['notice'][] {
    return this.told.map(({ notice }) => notice).filter((notice) => notice?.type === type);
  }

  /** Waits until something of the kind fits. */
  until(type: string, fits: object): Promise<void> {
    return vi.waitFor(() => expect(this.of(type)).toContainEqual(expect.objectContaining(fits)), {
      timeout: 30_000,
      interval: 20,
    });
  }
}

const placeOf = (cursor: string): number => Number(cursor.split(':')[1]);

/** Each follows the one before, and none is there twice. */
function expectUnbroken(told: readonly Told[], after: string): void {
  const first = placeOf(after) + 1;
  expect(told.map(({ cursor }) => placeOf(cursor))).toEqual(told.map((_one, index) => first + index));
}

let hub: TestHub;
let anna: TestCarrier;
let boris: TestMember;
let clara: TestMember;
let liar: LyingNeighbour;

beforeAll(async () => {
  hub = await startMembersHub();
  anna = await carrierOf(hub.url, annasKey, 'Anna');
  boris = await openMember(hub.url, borissKey, 'Boris');
  clara = await openMember(hub.url, clarasKey, 'Clara');
  await boris.trust(annasKey.key, 'UAH', 10_000n * UNIT);
  await anna.carrier.ask('setTrustLine', { who: borissKey.key, ...UAH, limit: '10000' });
  await Promise.all([anna.carrier.renew(), boris.renewMandate()]);
}, 60_000);
afterAll(() => liar.lying.peer.stop());

async function listen(since: string | null): Promise<Listening> {
  const listening = new Listening(anna, since);
  await listening.opened;
  return listening;
}

const cursorNow = async (): Promise<string> => (await anna.carrier.readState()).cursor;

describe('a member is told of', () => {
  let page: Listening;
  let from: string;

  it('payments from it and to it', async () => {
    from = await cursorNow();
    page = await listen(from);
    const paid = await anna.carrier.ask('pay', { to: borissKey.key, ...UAH, amount: '10' });
    await page.until('payment', { paymentId: paid.paymentId, state: 'COMMITTED' });
    await boris.pay(order(annasKey.key, 3n * UNIT));
    await page.until('received', { amount: '3', equivalent: 'UAH' });
    expect(page.of('received')).toMatchObject([{ payer: { publicKey: borissKey.key } }]);
  });

  it('trust lines to it, and that its own are known there', async () => {
    await clara.trust(annasKey.key, 'UAH', 50n * UNIT);
    await page.until('trust-line', { from: expect.objectContaining({ publicKey: clarasKey.key }) });
    await anna.carrier.ask('setTrustLine', {
      who: clarasKey.key,
      ...UAH,
      limit: '60',
      policy: { autoClearing: false },
    });
    await page.until('trust-line-acked', { to: expect.objectContaining({ publicKey: clarasKey.key }) });
  });

  it('a clearing that waits for its word, and that it was done', async () => {
    await clara.trust(borissKey.key, 'UAH', 50n * UNIT);
    await Promise.all([anna.carrier.renew(), boris.renewMandate(), clara.renewMandate()]);
    await boris.pay(order(clarasKey.key, 5n * UNIT));
    await clara.pay(order(annasKey.key, 4n * UNIT));
    await page.until('proposal', { amount: '4', state: 'PROPOSED' });
    const [proposal] = (await anna.carrier.readState()).parts.getClearing.proposals;
    await anna.carrier.ask('answerProposal', { id: proposal?.id ?? '', agrees: true });
    await page.until('cleared', { amount: '4', equivalent: 'UAH' });
  }, 60_000);

  it('a neighbour who breaks its word', async () => {
    await anna.carrier.ask('putContact', { who: mallory.key, alias: 'Mallory' });
    await anna.carrier.ask('setTrustLine', { who: mallory.key, ...UAH, limit: '10' });
    await anna.carrier.renew();
    liar = await startLyingNeighbour(hub, annasKey.key, { who: mallory, host: mallorysHost });
    await liar.takeLimit();
    const seq = Date.now();
    liar.letOwe(20n, seq);
    await page.until('trust-line', { from: expect.objectContaining({ publicKey: mallory.key }) });
    liar.letOwe(500n, seq);
    const about = expect.objectContaining({ publicKey: mallory.key });
    await page.until('equivocation', { neighbour: about });
    await page.until('evidence', { about, kind: 'two-trust-lines' });
  });

  it('each of it once, in its order', async () => {
    await page.cut();
    expectUnbroken(page.told, from);
    expect(page.of('received')).toMatchObject([{ amount: '3' }, { amount: '4' }]);
    for (const type of ['cleared', 'equivocation', 'evidence']) expect([type, page.of(type).length]).toEqual([type, 1]);
  });
});

/** Of events, for a member. */
const MORE_THAN_KEPT = 130;

async function mayOweNina(): Promise<string | undefined> {
  const { trustLines } = (await anna.carrier.readState()).parts.listTrustLines;
  return trustLines.find(({ neighbour }) => neighbour.publicKey === nina.key)?.received?.limit;
}

describe('a page whose connection was lost', () => {
  it('is told what it missed, none of it twice', async () => {
    const page = await listen(await cursorNow());
    await boris.pay(order(annasKey.key, 1n * UNIT));
    await page.until('received', { amount: '1' });
    const at = await page.cut();
    for (const amount of [2n, 3n, 4n]) await boris.pay(order(annasKey.key, amount * UNIT));
    const back = await listen(at);
    await boris.pay(order(annasKey.key, 5n * UNIT));
    await back.until('received', { amount: '5' });
    await back.cut();
    expect(back.of('received')).toMatchObject([{ amount: '2' }, { amount: '3' }, { amount: '4' }, { amount: '5' }]);
    expectUnbroken(back.told, at);
  });

  it('and was lost in the middle of it, too', async () => {
    let at = await cursorNow();
    const begin = at;
    const all: Told[] = [];
    const paying = (async () => {
      for (let amount = 1n; amount <= 12n; amount++) await boris.pay(order(annasKey.key, (100n + amount) * UNIT));
    })();
    const paid = { isOver: false };
    let cuts = 0;
    void paying.then(() => {
      paid.isOver = true;
    });
    while (!paid.isOver) {
      const page = await listen(at);
      await vi.waitFor(() => expect(page.told.length > 2 || paid.isOver).toBe(true), { timeout: 30_000, interval: 5 });
      at = (await page.cut()) || at;
      all.push(...page.told);
      cuts += 1;
    }
    const last = await listen(at);
    await boris.pay(order(annasKey.key, 113n * UNIT));
    await last.until('received', { amount: '113' });
    await last.cut();
    all.push(...last.told);
    expectUnbroken(all, begin);
    expect(cuts).toBeGreaterThan(2);
    const amounts = all.flatMap(({ notice }) => (notice?.type === 'received' ? [Number(notice.amount)] : []));
    expect(amounts).toEqual(Array.from({ length: 13 }, (_none, index) => 101 + index));
  }, 60_000);

  it('for more than the hub keeps, or than it remembers, is told to read everything anew', async () => {
    await anna.carrier.ask('putContact', { who: nina.key, alias: 'Nina' });
    await anna.carrier.ask('setTrustLine', { who: nina.key, ...UAH, limit: '10' });
    await anna.carrier.renew();
    const other = await startLyingNeighbour(hub, annasKey.key, { who: nina, host: ninasHost });
    onTestFinished(() => other.lying.peer.stop());
    const at = await cursorNow();
    const seq = Date.now();
    for (let more = 1; more <= MORE_THAN_KEPT; more++) other.letOwe(BigInt(more), seq + more);
    // What is known may be shown a moment before it is told.
    await vi.waitFor(
      async () => expect(placeOf(await cursorNow()) - placeOf(at)).toBeGreaterThanOrEqual(MORE_THAN_KEPT),
      {
        ...{ timeout: 30_000, interval: 200 },
      },
    );
    expect(await mayOweNina()).toBe(String(MORE_THAN_KEPT));
    const back = await listen(at);
    await vi.waitFor(() => expect(back.told).toHaveLength(1), { timeout: 10_000 });
    expect(back.told).toEqual([{ cursor: await cursorNow(), atMs: expect.any(Number), reset: true }]);
    // From there on nothing is missing.
    const from = back.told.at(-1)?.cursor ?? '';
    await boris.pay(order(annasKey.key, 7n * UNIT));
    await back.until('received', { amount: '7' });
    await back.cut();
    expectUnbroken(back.told.slice(1), from);

    const cursor = await cursorNow();
    await hub.stop();
    hub = await startMembersHub(hub);
    const anew = await listen(cursor);
    await vi.waitFor(() => expect(anew.told).toMatchObject([{ reset: true }]), { timeout: 10_000 });
    await anew.cut();
  }, 120_000);
});

it('the stream ends with its session, and says so', async () => {
  const zoe = await openMember(hub.url, person(199), 'Zoe');
  const socket = await zoe.connection.openEvents(null);
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  await zoe.connection.signOut();
  expect((await closed).reason).toBe('this session has ended');
});
