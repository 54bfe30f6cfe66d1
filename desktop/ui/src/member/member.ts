/** What a member of a hub does from a browser: allow the hub its part, trust, pay. Each act is made and signed here. */
import type { Result } from '#node/api/contract.ts';
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import type { CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import {
  type HandedAttempt,
  handedAttemptShape,
  handedMandateShape,
  readHanded,
} from '#protocol/delegation/handed-in.ts';
import { hexToBytes } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { headerShape, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type LinePolicy, type LineStatus, signedTrustLineShape } from '#protocol/trust-line.ts';
import { AskError } from '../ask-error.ts';
import type { WholeState } from '../carrier.ts';
import type { BaggageFlaw } from './arrival.ts';
import { Attempts } from './attempts.ts';
import type { Checked } from './checked.ts';
import { capFor, makeAttempt, makeMandate, makeTrustLine, type Order, type Signer } from './documents.ts';
import { alone, type Hub, type Kept } from './hub.ts';
import { type Outcome, outcomeOf, type Shown } from './outcome.ts';
import { isPassing } from './passing.ts';
import { type Alarm, alarmsIn, balanceAlarms, keepLine, lastingAlarms, ownLines } from './watch.ts';

/** What the hub may sign for the member, the newest first. */
export interface Mandates {
  /** May others reach the member now? */
  readonly present: boolean;
  readonly mandates: readonly {
    readonly seq: number;
    readonly notAfterMs: number;
    readonly accounts: readonly {
      readonly neighbour: string;
      readonly equivalent: string;
      readonly cap: string;
      readonly used: string;
    }[];
  }[];
}

interface Capacity {
  readonly quote: Result<'quotePayment'>;
  readonly routes: readonly { readonly nodes: readonly PublicKey[]; readonly amount: string }[];
}

interface Evidence {
  readonly receipt: string | null;
  readonly aborts: readonly string[];
  readonly decline: string | null;
}

/** How a payment came out: proven, or what the hub says of why not. */
export type Paid =
  | { readonly state: 'paid'; readonly receipt: Uint8Array }
  | { readonly state: 'refused'; readonly why: Result<'pay'>['refusal'] }
  /** Nothing proves yet how it ended: it must not be paid anew under another id. */
  | { readonly state: 'open' };

/** A trust line as the member wants it. */
export type Wanted = Parameters<typeof makeTrustLine>[1];

/** A trust line of which only the sending is left. */
export interface SignedLine {
  readonly document: string;
  readonly seq: number;
}

const MOST_ATTEMPTS = 4;
/** A mandate is made anew when less than this is left of it. */
const RENEWED_MS = 5 * 86_400_000;
/** … or when less than this part of a cap is left: one in so many. */
const CAP_LEFT = 4n;
const PRECISION = 8;
/** A mandate names an account at least. */
const SOME_EQUIVALENT = 'UAH';
const LEAST_CAP = 1n;
/** Kept while limits of before a loss are still to be signed again. */
const ANEW = 'geo-lines-anew';

/** Told how much of how much is done. */
export type Progressed = (done: number, all: number) => void;

export class Member {
  readonly #signer: Signer;
  readonly #hub: Hub;
  readonly #kept: Kept;
  readonly #attempts: Attempts;
  readonly #verify: Verify;

  constructor(signer: Signer, hub: Hub, kept: Kept, verify: Verify) {
    this.#signer = signer;
    this.#hub = hub;
    this.#kept = kept;
    this.#attempts = new Attempts(kept);
    this.#verify = verify;
  }

  /** What the hub shows otherwise than it was signed. */
  async alarms(): Promise<readonly Alarm[]> {
    const lines = await ownLines(this.#kept);
    const state = await this.state();
    const found = balanceAlarms(state, await this.checkBooks());
    return [...alarmsIn(lines, state.parts.listTrustLines.trustLines), ...lastingAlarms(await this.state(), found)];
  }

  state(): Promise<WholeState> {
    return this.#hub.read<WholeState>('GET', '/participants/me/state');
  }

  mandates(): Promise<Mandates> {
    return this.#hub.read<Mandates>('GET', '/participants/me/mandate');
  }

  /**
   * Lets the hub do its part over the accounts that there are now, if what it has does not reach; what it may do then. Limits of
   * before a loss that are still to be signed are, first. Throws `AskError`.
   */
  async renewMandate(): Promise<Mandates> {
    const state = await this.state();
    await this.#signLinesAnew(state);
    const { parts } = state;
    const now = await this.mandates();
    const { mandates } = now;
    const known = parts.listTrustLines.trustLines.map(({ neighbour, equivalent, given, received }) => ({
      neighbour: neighbour.publicKey as PublicKey,
      equivalent,
      cap: capFor(limitIn(given?.limit), limitIn(received?.limit)),
    }));
    const isLost = parts.getStatus.restored !== null && known.length === 0;
    const accounts = isLost ? await this.#forgotten(parts.listContacts.contacts) : known;
    const [newest] = mandates;
    const nowMs = Date.now();
    if (accounts.length === 0) return now;
    const isEnough =
      newest !== undefined &&
      newest.notAfterMs - nowMs > RENEWED_MS &&
      accounts.every((account) => {
        const named = newest.accounts.find(
          ({ neighbour, equivalent }) => neighbour === account.neighbour && equivalent === account.equivalent,
        );
        if (named === undefined || limitIn(named.cap) < account.cap) return false;
        return (limitIn(named.cap) - limitIn(named.used)) * CAP_LEFT >= account.cap;
      });
    if (isEnough) return now;
    const handed = makeMandate(this.#signer, accounts, Math.max(nowMs, (newest?.seq ?? 0) + 1), nowMs);
    const document = toBase64url(encode(handedMandateShape, handed));
    return this.#hub.act<Mandates>('PUT', '/participants/me/mandate', { document });
  }

  /**
   * Accounts that there may be with those whom the member knows, where it has lost all of its own: the hub may be connected with
   * them, and pass nothing on.
   */
  async #forgotten(contacts: readonly { readonly publicKey: string }[]): Promise<CappedAccount[]> {
    if (contacts.length === 0) return [];
    const { equivalents } = await this.#hub.read<{ equivalents: readonly { equivalent: string }[] }>(
      'GET',
      '/equivalents',
    );
    const names = equivalents.length === 0 ? [SOME_EQUIVALENT] : equivalents.map(({ equivalent }) => equivalent);
    return contacts.flatMap(({ publicKey }) =>
      names.map((equivalent) => ({ neighbour: publicKey as PublicKey, equivalent, cap: LEAST_CAP })),
    );
  }

  /** A trust line of the member's own, signed, as the hub takes it; newer than the one that is known. */
  signTrustLine(wanted: Wanted, known: Result<'setTrustLine'> | undefined): SignedLine {
    const signed = makeTrustLine(this.#signer, wanted, known?.given?.seq ?? 0, Date.now());
    return { document: toBase64url(encode(signedTrustLineShape, signed)), seq: signed.line.seq };
  }

  /** Hands a signed trust line in. Throws `AskError`. */
  async handInTrustLine({ document }: SignedLine): Promise<Result<'setTrustLine'>> {
    const card = await this.#hub.act<Result<'setTrustLine'>>('POST', '/trustlines', { document });
    await this.#keepLine(document);
    return card;
  }

  /** From now on the hub has to show it. */
  async #keepLine(document: string): Promise<void> {
    const signed = readHanded(signedTrustLineShape, fromBase64url(document));
    if (!isRefusal(signed)) await keepLine(this.#kept, signed);
  }

  /** Lets somebody owe the member up to a limit. */
  async trust(
    to: PublicKey,
    equivalent: string,
    limit: bigint,
    status: LineStatus = 'active',
    policy: LinePolicy = DEFAULT_POLICY,
  ): Promise<Result<'setTrustLine'>> {
    const { parts } = await this.state();
    const known = parts.listTrustLines.trustLines.find(
      (card) => card.neighbour.publicKey === to && card.equivalent === equivalent,
    );
    const card = await this.handInTrustLine(this.signTrustLine({ to, equivalent, limit, status, policy }, known));
    await this.renewMandate();
    return card;
  }

  /** Pays, over whatever routes the hub finds; the same order again is the same payment. */
  async pay(order: Order): Promise<Paid> {
    let why: Extract<Paid, { state: 'refused' }>['why'] = null;
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      const before = await this.standing(order.paymentId);
      if (before.state !== 'over') return before;
      const { receiver: to, equivalent, amount } = order;
      const query = new URLSearchParams({ to, equivalent, amount: formatAmount(amount) });
      const { quote, routes } = await this.#hub.read<Capacity>('GET', `/payments/capacity?${query}`);
      if (routes.length === 0) return { state: 'refused', why: why ?? quote.stoppedBy };
      const planned = routes.map(({ nodes, amount: part }) => ({ nodes, amount: limitIn(part) }));
      const salts = planned.map(() => randomHex(16));
      const made = makeAttempt(this.#signer, order, planned, salts, Date.now());
      await this.#attempts.keep(made);
      why = (await this.#send(made)).refusal;
    }
    const end = await this.standing(order.paymentId);
    return end.state === 'over' ? { state: 'refused', why } : end;
  }

  /** Looks at what proves the balances, and signs the checkpoints that say the same. Throws `AskError`. */
  async checkBooks(): Promise<Checked> {
    // What the first screen does not wait for.
    const { checkBooks } = await import('./books.ts');
    // Two windows would undo each other's notes.
    return alone(`geo-books-${this.#signer.publicKey}`, () =>
      checkBooks(this.#signer, this.#hub, this.#kept, this.#verify),
    );
  }

  /** All there is of the member, as a backup file that its words open: for `geo restore`. */
  async takeAlong(seed: Uint8Array): Promise<{ readonly file: Uint8Array; readonly checksum: string }> {
    const { summary, contents, checksum } = await this.#hub.read<{
      readonly summary: string;
      readonly contents: string;
      readonly checksum: string;
    }>('GET', '/participants/me/bundle');
    // Seldom wanted, and no small part of the page.
    const [{ backupFile }, { NONCE_BYTES }] = await Promise.all([
      import('#protocol/backup-file.ts'),
      import('#protocol/sealing.ts'),
    ]);
    const { publicKey } = this.#signer;
    const nonces = [randomBytes(NONCE_BYTES), randomBytes(NONCE_BYTES)] as const;
    const parts = { summary: fromBase64(summary), contents: fromBase64(contents) };
    return { file: backupFile({ seed, publicKey }, parts, nonces), checksum };
  }

  /**
   * Shows the hub what a backup file holds, and lets it connect with the neighbours; why not, where the file is no use. `tell` is
   * called with how much of how much is done. Throws `AskError`.
   */
  async arrive(seed: Uint8Array, file: Uint8Array, tell: Progressed = () => undefined): Promise<BaggageFlaw | null> {
    const { openBaggage, handOver } = await import('./arrival.ts');
    const { publicKey, network } = this.#signer;
    const baggage = await openBaggage({ seed, publicKey, network }, file);
    if (typeof baggage === 'string') return baggage;
    await handOver(this.#hub, publicKey, baggage, tell);
    await this.renewMandate();
    return null;
  }

  /** Says that what came back is right, signs all limits anew, and lets the hub do its part. Throws `AskError`. */
  async confirmRestored(regardless: boolean): Promise<Result<'confirmRestored'>> {
    await this.#kept.set(ANEW, ANEW);
    const restored = await this.#hub.act<Result<'confirmRestored'>>('POST', '/participants/me/restoration', {
      regardless,
    });
    await this.renewMandate();
    return restored;
  }

  /** Did the member confirm what came back, and are the limits of before not all signed again? */
  async mustSignAnew({ parts }: WholeState): Promise<boolean> {
    return parts.getStatus.restored?.frozen !== true && (await this.#kept.get(ANEW)) !== null;
  }

  /** What an earlier visit has left of it, too. */
  async #signLinesAnew(state: WholeState): Promise<void> {
    if (!(await this.mustSignAnew(state))) return;
    const { signLinesAnew } = await import('./anew.ts');
    const signer = {
      sign: (wanted: Wanted, known: Result<'setTrustLine'>) => this.signTrustLine(wanted, known),
      keep: (document: string) => this.#keepLine(document),
    };
    await signLinesAnew(this.#hub, state.parts.listTrustLines.trustLines, signer);
    await this.#kept.delete(ANEW);
  }

  /** Ends at this hub, for good. Refused when anything has changed since the backup with this checksum was taken. */
  async leave(checksum: string): Promise<void> {
    await this.#hub.act('POST', '/participants/me/leave', { checksum });
  }

  /**
   * How all attempts of a payment stand, by what proves it; `over` too when there was none. One that may not have reached
   * the hub is sent now, if it is not too late. Throws `AskError`.
   */
  async standing(paymentId: PaymentId): Promise<Outcome> {
    for (const { attempt, isSent } of await this.#attempts.of(paymentId)) {
      // What was never sent, and is too late to be, is known to nobody.
      if (!isSent && isLate(attempt)) continue;
      if (!isSent) await this.#send(attempt);
      const shown = shownIn((await this.#evidenceOf(attempt)) ?? (await this.#sentAgain(attempt)));
      const outcome = outcomeOf(attempt, shown, this.#verify);
      if (outcome.state === 'paid') return outcome;
      if (outcome.state === 'over') continue;
      const decline = await this.#declined(attempt);
      if (outcomeOf(attempt, { ...shown, decline }, this.#verify).state !== 'over') return outcome;
    }
    return { state: 'over' };
  }

  /** The receiver's word that an attempt past its time is never committed; null: it has not given it. */
  async #declined(attempt: HandedAttempt): Promise<Uint8Array | null> {
    if (!isLate(attempt)) return null;
    const document = toBase64url(encode(headerShape, attempt.header));
    const { decline } = await this.#hub.act<{ readonly decline: string | null }>('POST', '/payments/attempts/decline', {
      document,
    });
    return decline === null ? null : hexToBytes(decline);
  }

  /** Was anything signed for it that may have left this browser? */
  async hasSigned(paymentId: PaymentId): Promise<boolean> {
    return (await this.#attempts.of(paymentId)).some(({ isSent }) => isSent);
  }

  async #send(attempt: HandedAttempt): Promise<Result<'pay'>> {
    await this.#attempts.sending(attempt);
    const document = toBase64url(encode(handedAttemptShape, attempt));
    return this.#hub.act<Result<'pay'>>('POST', '/payments', { document });
  }

  /** What the hub shows of an attempt; null: it says that it knows none. */
  async #evidenceOf({ header }: HandedAttempt): Promise<Evidence | null> {
    try {
      return await this.#hub.read<Evidence>('GET', `/payments/attempts/${txIdOf(header)}`);
    } catch (error) {
      if (error instanceof AskError && error.code === 'unknown-transaction') return null;
      throw error;
    }
  }

  /** The connection broke as it was sent. The same attempt again is the same; null: too late, and nothing proves how it is. */
  async #sentAgain(attempt: HandedAttempt): Promise<Evidence | null> {
    if (isLate(attempt)) return null;
    try {
      await this.#send(attempt);
      return await this.#evidenceOf(attempt);
    } catch (error) {
      // Refused for good: nothing is shown of it.
      if (error instanceof AskError && !isPassing(error)) return null;
      throw error;
    }
  }
}

/** What the hub shows of an attempt; of one that never came there, nothing. */
function shownIn(evidence: Evidence | null): Shown {
  return {
    receipt: evidence?.receipt ? hexToBytes(evidence.receipt) : null,
    aborts: evidence?.aborts.map(hexToBytes) ?? [],
    decline: evidence?.decline ? hexToBytes(evidence.decline) : null,
  };
}

const isLate = ({ header }: HandedAttempt): boolean => header.expiresAtMs <= Date.now();

function limitIn(text: string | undefined): bigint {
  const limit = text === undefined ? 0n : parseLimit(text, PRECISION);
  return typeof limit === 'bigint' ? limit : 0n;
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function randomBytes(bytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

export function randomHex(bytes: number): string {
  return [...randomBytes(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
