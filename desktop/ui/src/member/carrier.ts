/** The third carrier of the API: a hub answers what costs its member nothing, and the browser does the rest itself. */
import type { Input, Result } from '#node/api/contract.ts';
import { AskError } from '../ask-error.ts';
import type { Carrier, Events, WholeState } from '../carrier.ts';
import type { Used } from '../operations.ts';
import { actsOf, type Desk, handInLine, orderedIn, payAgain, previewAlone, who } from './acts.ts';
import { MemberEvents } from './events.ts';
import type { Kept } from './hub.ts';
import { linkToHub } from './invitation.ts';
import type { Mandates } from './member.ts';
import { neighboursOf } from './neighbours.ts';
import { isPassing } from './passing.ts';
import { settle } from './pay.ts';
import type { WaitingContact, WaitingPayment } from './queue.ts';
import type { SignedState } from './signed-lines.ts';
import { Vigil } from './vigil.ts';
import { type Alarm, alarmsIn, ownLines } from './watch.ts';
import { putAs } from './who.ts';

type Place = readonly ['GET' | 'POST' | 'DELETE', string, 'read' | 'act'];

/** Where the hub answers, after `/api/v1`: hub-indexer/web/operations.ts. */
const PLACES: { readonly [N in Used]?: Place } = {
  getStatus: ['GET', '/participants/me/status', 'read'],
  listContacts: ['GET', '/participants/me/contacts', 'read'],
  putContact: ['POST', '/participants/me/contacts', 'act'],
  removeContact: ['DELETE', '/participants/me/contacts/{who}', 'act'],
  listTrustLines: ['GET', '/trustlines', 'read'],
  getBalance: ['GET', '/balance', 'read'],
  listHeld: ['GET', '/balance/held', 'read'],
  getHistory: ['GET', '/balance/history', 'read'],
  getRestoration: ['GET', '/participants/me/restoration', 'read'],
  getNeighbourhood: ['GET', '/neighbourhood', 'read'],
  resolveTransaction: ['POST', '/transactions/{txId}/resolve', 'act'],
  quotePayment: ['POST', '/payments/quote', 'read'],
  previewPayment: ['POST', '/payments/preview', 'read'],
  getReceipt: ['GET', '/payments/{id}/receipt', 'read'],
  getClearing: ['GET', '/clearing', 'read'],
  seekRings: ['POST', '/clearing/searches', 'act'],
  answerProposal: ['POST', '/clearing/proposals/{id}', 'act'],
};

const CONTACTS: ReadonlySet<Used> = new Set<Used>(['putContact', 'removeContact']);
/** Under the rate of the hub, with room for all else that is asked. */
const STATE_GAP_MS = 1_000;
const STATES_AT_ONCE = 8;
/** So long between two looks at what proves the balances. */
const BOOKS_GAP_MS = 120_000;

export interface CarrierOptions extends Omit<Desk, 'state'> {
  readonly kept: Kept;
  /** There is more to show than was read: names, memos, what was sent. */
  readonly changed: () => void;
  /** What was read before is to be shown otherwise: something was done without the hub. */
  readonly shown: (state: WholeState) => void;
  /** What the hub may do for the member from now on. */
  readonly renewed: (mandates: Mandates) => void;
  /** What the hub shows otherwise than the member has signed it. */
  readonly alarmed: (alarms: readonly Alarm[]) => void;
}

export class HubCarrier implements Carrier {
  readonly #options: CarrierOptions;
  readonly #desk: Desk;
  readonly #acts: ReturnType<typeof actsOf>;
  /** As the hub has it. */
  #read: WholeState | null = null;
  #state: WholeState | null = null;
  #accounts = '';
  #renewing: Promise<void> | null = null;
  #renewingNext: Promise<void> | null = null;
  #bringing: Promise<void> | null = null;
  #spentAtMs: number[] = [];
  #lineAlarms: readonly Alarm[] = [];
  #bookAlarms: readonly Alarm[] = [];
  #booksAtMs = Number.NEGATIVE_INFINITY;
  readonly #vigil = new Vigil();
  #wasAway = false;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#desk = { ...options, state: async () => this.#state ?? this.readState() };
    this.#acts = actsOf(this.#desk);
  }

  can(name: Used): boolean {
    return name in PLACES || name in this.#acts;
  }

  async ask<N extends Used>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Result<N>> {
    if (name in this.#acts) {
      const acts = this.#acts as unknown as Record<string, (input: Input<N>) => Promise<Result<N>>>;
      return (acts[name] as (typeof acts)[string])(input);
    }
    const place = PLACES[name];
    if (place === undefined) throw new AskError('not-found', name);
    // What was changed before, and is not there yet, comes first.
    if (CONTACTS.has(name) && (await this.#contactsWaiting()).length > 0) await this.flush();
    const given = await this.#meant(name, input);
    const sent = this.#send<Result<N>>(place, given as object, signal ?? null);
    const told = this.#options.names.fill(await sent.catch((error: unknown) => this.#withoutHub(name, given, error)));
    const answer = await this.#asAsked(name, given, told);
    if (name !== 'getHistory') return answer;
    const history = answer as Result<'getHistory'>;
    return { ...history, entries: this.#options.memos.fill(history.entries) } as Result<N>;
  }

  async readState(): Promise<WholeState> {
    await this.#wait();
    const { member, kept, changed, alarmed } = this.#options;
    // Before what is shown is asked for: what is signed meanwhile need not be in it.
    const lines = await ownLines(kept);
    const read = await member.state().catch((error: unknown) => {
      if (!(error instanceof AskError)) throw error;
      if (error.code === 'too-often') setTimeout(changed, 1_000 * Number(error.facts.retryAfterS ?? 60));
      if (error.code === 'unreachable') this.#wasAway = true;
      throw error;
    });
    // The stream of events may outlast a short loss of the connection, and then says nothing of it.
    if (this.#wasAway) void this.flush().catch(() => undefined);
    this.#wasAway = false;
    this.#lineAlarms = alarmsIn(lines, read.parts.listTrustLines.trustLines);
    alarmed([...this.#lineAlarms, ...this.#bookAlarms]);
    const state = await this.#filled(read);
    void this.#follow(state).catch(() => undefined);
    void this.#checkBooks(state).catch(() => undefined);
    return state;
  }

  /** What was read at an earlier visit, and when; null: nothing. */
  async lastState(): Promise<{ readonly atMs: number; readonly state: SignedState } | null> {
    const last = await this.#options.member.lastState();
    if (last === null) return null;
    const { atMs, state } = last;
    return { atMs, state: { ...(await this.#filled(state)), lines: state.lines } };
  }

  openEvents(since: string | null): Events {
    const { hub, member, names } = this.#options;
    const cursor = async (): Promise<string> => {
      await this.#wait();
      return (await member.state()).cursor;
    };
    const events = new MemberEvents(hub, since, cursor, (message) => names.fill(message));
    events.addEventListener('open', () => void this.flush().catch(() => undefined));
    return events;
  }

  /** Sends what waits. */
  async flush(): Promise<void> {
    const before = JSON.stringify(await this.#options.queue.all());
    await this.#options.queue.flush({
      sendLine: (line) => handInLine(this.#desk, line),
      sendContact: async (change) => (await import('./contact-changes.ts')).sendContact(this.#options.hub, change),
      settle: (payment) => settle(this.#desk, payment),
    });
    if (JSON.stringify(await this.#options.queue.all()) !== before) this.#options.changed();
  }

  /** Lets the hub do its part, where what it has does not reach any more, over all accounts that there are now. Throws `AskError`. */
  renew(): Promise<void> {
    if (this.#renewing === null) {
      this.#renewing = this.#options.member
        .renewMandate()
        .then(this.#options.renewed)
        .finally(() => {
          this.#renewing = null;
        });
      return this.#renewing;
    }
    // The one that has begun may have read less than there is by now.
    this.#renewingNext ??= this.#renewing
      .catch(() => undefined)
      .then(() => {
        this.#renewingNext = null;
        return this.renew();
      });
    return this.#renewingNext;
  }

  /** Pays what waits, now that the person says so again. Throws `AskError`. */
  async payWaiting(one: WaitingPayment): Promise<Result<'pay'>> {
    return payAgain(this.#desk, one);
  }

  async readLedger(): Promise<Blob> {
    return new Blob([await this.#options.hub.download('ledger')]);
  }

  async invite(suggestedLimit: { readonly amount: string; readonly equivalent: string }): Promise<string> {
    const { hub, signer } = this.#options;
    const made = await hub.act<{ invitation: string }>('POST', '/invitations', { suggestedLimit });
    return linkToHub(hub.url, made.invitation, signer.publicKey, suggestedLimit);
  }

  /** Who is named in a payment that is looked at is found here: what is confirmed is what is signed later. */
  async #meant<N extends Used>(name: N, input: Input<N>): Promise<Input<N>> {
    if (name !== 'previewPayment') return input;
    const { to } = input as Input<'previewPayment'>;
    return { ...(input as object), to: (await who(this.#desk, to)).publicKey } as Input<N>;
  }

  /** What can be confirmed where the hub is away, too: a payment, and changes among people. What comes of it is seen later. */
  async #withoutHub<N extends Used>(name: N, input: Input<N>, error: unknown): Promise<Result<N>> {
    if (!(error instanceof AskError) || error.code !== 'unreachable') throw error;
    if (name === 'previewPayment') {
      return (await previewAlone(this.#desk, input as Input<'previewPayment'>)) as Result<N>;
    }
    if (!CONTACTS.has(name)) throw error;
    const { putLater, removeLater } = await import('./contact-changes.ts').catch(() => Promise.reject(error));
    const desk = this.#desk;
    const later =
      name === 'putContact'
        ? await putLater(desk, input as Input<'putContact'>)
        : await removeLater(desk, input as Input<'removeContact'>);
    if (this.#read !== null) this.#options.shown(await this.#filled(this.#read));
    return later as Result<N>;
  }

  async #contactsWaiting(): Promise<readonly WaitingContact[]> {
    const all = await this.#options.queue.all();
    return all.filter((one): one is WaitingContact => one.kind === 'contact' && one.refusal === null);
  }

  /** What was asked stands in the answer as it was asked, and not as the hub has it. Throws where it speaks of somebody else. */
  async #asAsked<N extends Used>(name: N, input: Input<N>, answer: Result<N>): Promise<Result<N>> {
    if (name === 'previewPayment') {
      return { ...answer, ...(await orderedIn(this.#desk, input as Input<'previewPayment'>)) };
    }
    if (name !== 'putContact') return answer;
    const { verify, signer } = this.#options;
    const { who: named } = input as Input<'putContact'>;
    return putAs({ verify, network: signer.network }, named, answer as Result<'putContact'>) as Result<N>;
  }

  #send<R>([method, template, how]: Place, input: object, signal: AbortSignal | null): Promise<R> {
    const { hub } = this.#options;
    const fields = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
    const path = template.replace(/\{(\w+)\}/g, (_whole, field: string) => {
      const value = encodeURIComponent(String(fields.get(field)));
      fields.delete(field);
      return value;
    });
    const query = new URLSearchParams([...fields].map(([field, value]): [string, string] => [field, String(value)]));
    const body = method === 'POST' ? Object.fromEntries(fields) : null;
    const full = method === 'GET' && query.size > 0 ? `${path}?${query}` : path;
    if (how === 'act' || method === 'DELETE') return hub.act<R>(method, full, body);
    return hub.read<R>(method, full, body, signal);
  }

  /** What was read, with all that only the member knows, and as it will be once the hub is told of what waits. */
  async #filled(read: WholeState): Promise<WholeState> {
    const { names, memos } = this.#options;
    const changes = await this.#contactsWaiting();
    const all = changes.length === 0 ? read : (await import('./contact-changes.ts')).withChanges(read, changes);
    const named = names.fill(all.parts);
    const { entries, next } = named.getHistory;
    this.#read = read;
    this.#state = {
      cursor: all.cursor,
      parts: {
        ...named,
        listContacts: { contacts: [...named.listContacts.contacts, ...neighboursOf(named)] },
        getHistory: { entries: memos.fill(entries), next },
      },
    };
    return this.#state;
  }

  /**
   * What follows from the state: who is who, what payments were for, and that the hub may do its part over all accounts.
   */
  async #follow(state: WholeState): Promise<void> {
    const { parts } = state;
    const { member, names, memos, changed } = this.#options;
    if (parts.getStatus.restored?.frozen === true) await this.#bringKept();
    const lines = parts.listTrustLines.trustLines.map(({ neighbour, equivalent, given, received }) => [
      ...[neighbour.publicKey, equivalent, given?.limit, received?.limit],
    ]);
    // Who has lost its accounts has them back from those whom it knows.
    const known =
      parts.getStatus.restored === null ? [] : parts.listContacts.contacts.map(({ publicKey }) => publicKey);
    const accounts = JSON.stringify([...lines, ...known]);
    if (accounts !== this.#accounts || (await member.mustSignAnew(state))) {
      await this.renew();
      this.#accounts = accounts;
    }
    const [hasNames, hasMemos] = [await names.learn(), await memos.learn()];
    if (hasNames || hasMemos) changed();
  }

  /** Once in a visit: before the member confirms what came back. */
  #bringKept(): Promise<void> {
    this.#bringing ??= this.#options.member.bringKept().catch((error: unknown) => {
      this.#bringing = null;
      throw error;
    });
    return this.#bringing;
  }

  /** Now and then, not with each event; whatever else the hub does not answer. */
  async #checkBooks(state: WholeState): Promise<void> {
    const { member, alarmed } = this.#options;
    if (performance.now() < this.#booksAtMs + BOOKS_GAP_MS) return;
    this.#booksAtMs = performance.now();
    const checked = await member.checkBooks().catch(async (error: unknown) => {
      // Away, or only for this? Who is away does not answer the other question either.
      if (error instanceof AskError && error.code === 'unreachable') await member.state();
      // It does not say what it should: nothing is proven.
      if (isPassing(error) && !this.#vigil.isUnanswered()) throw error;
      return null;
    });
    this.#bookAlarms = await this.#vigil.judge(state, checked, () => member.stateAnew());
    alarmed([...this.#lineAlarms, ...this.#bookAlarms]);
    if (await member.allowsTooLittle()) await this.renew();
  }

  /** So that a flood of events does not use up what the hub answers in a minute. */
  async #wait(): Promise<void> {
    const recent = this.#spentAtMs.filter((atMs) => atMs > Date.now() - STATES_AT_ONCE * STATE_GAP_MS);
    const late = recent.length < STATES_AT_ONCE ? 0 : STATE_GAP_MS;
    this.#spentAtMs = [...recent, Date.now() + late];
    if (late > 0) await new Promise((resolve) => setTimeout(resolve, late));
  }
}
