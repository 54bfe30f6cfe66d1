/** What a member of a hub does from a browser: allow the hub its part, trust, pay. Each act is made and signed here. */
import type { Result } from '#node/api/contract.ts';
import type { backupFile } from '#protocol/backup-file.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import type { CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import { handedMandateShape } from '#protocol/delegation/handed-in.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import type { Verify } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type LinePolicy, type LineStatus, signedTrustLineShape } from '#protocol/trust-line.ts';
import { AskError } from '../ask-error.ts';
import type { WholeState } from '../carrier.ts';
import type { BaggageFlaw } from './arrival.ts';
import { Attempts } from './attempts.ts';
import { type Capped, capsOf } from './caps.ts';
import { accountName, type Checked, provenBalances } from './checked.ts';
import { makeMandate, makeTrustLine, type Order, type Signer } from './documents.ts';
import type { Findability } from './findability.ts';
import { alone, type Hub, type Kept } from './hub.ts';
import { LastState } from './last-state.ts';
import { neighboursOf } from './neighbours.ts';
import { type Paid, Payments } from './payments.ts';
import { randomBytes } from './random.ts';
import { asSigned, LineReader, NO_LINES, type SignedLines, type SignedState } from './signed-lines.ts';
import { unitsOf } from './units.ts';
import { Vigil } from './vigil.ts';
import { type Alarm, alarmsIn, keepLine, ownLines } from './watch.ts';

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

/** A trust line as the member wants it. */
export type Wanted = Parameters<typeof makeTrustLine>[1];

/** A trust line of which only the sending is left. */
export interface SignedLine {
  readonly document: string;
  readonly seq: number;
}

/** A mandate is made anew when less than this is left of it. */
const RENEWED_MS = 5 * 86_400_000;
/** … or when less than this part of a cap is left: one in so many. */
const CAP_LEFT = 4n;
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
  readonly #lines: LineReader;
  readonly #last: LastState;
  /** As they were read last. */
  #shown: SignedLines | null = null;
  /** What may go over each account under the mandate that the hub has, as in `accountName`. */
  #allowed: ReadonlyMap<string, bigint> = new Map();
  readonly payments: Payments;

  constructor(signer: Signer, hub: Hub, kept: Kept, verify: Verify) {
    this.#signer = signer;
    this.#hub = hub;
    this.#kept = kept;
    this.#attempts = new Attempts(kept);
    this.#verify = verify;
    this.#last = new LastState(hub, kept);
    this.#lines = new LineReader({ self: signer.publicKey, network: signer.network, verify });
    this.payments = new Payments(signer, hub, this.#attempts, verify);
  }

  /** What the hub shows otherwise than it was signed. */
  async alarms(): Promise<readonly Alarm[]> {
    const lines = await ownLines(this.#kept);
    const state = await this.state();
    const found = await new Vigil().judge(state, await this.checkBooks(), () => this.stateAnew());
    return [...alarmsIn(lines, state.parts.listTrustLines.trustLines), ...found];
  }

  /** What there is, with trust lines as their owners have signed them. Throws `AskError`. */
  async state(): Promise<SignedState> {
    return this.#asSigned(await this.#last.read());
  }

  /** The same, all of it anew: where something is not as it should be. Throws `AskError`. */
  async stateAnew(): Promise<SignedState> {
    this.#last.forget();
    return this.state();
  }

  /** The same of an earlier visit, and when that was; null: nothing is kept. */
  async lastState(): Promise<{ readonly atMs: number; readonly state: SignedState } | null> {
    const last = await this.#last.lastKept();
    return last === null ? null : { ...last, state: this.#asSigned(last.state) };
  }

  #asSigned(state: SignedState): SignedState {
    this.#shown = this.#lines.read(state.lines);
    return asSigned(state, this.#shown);
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
    const known = await this.#caps();
    const isLost = parts.getStatus.restored !== null && known.length === 0;
    const accounts = isLost ? await this.#forgotten(parts.listContacts.contacts) : known;
    const [newest] = now.mandates;
    const nowMs = Date.now();
    this.#allowed = allowedBy(newest);
    if (accounts.length === 0 || isEnough(newest, accounts, nowMs)) return now;
    const renewed = await this.#handInMandate(accounts, Math.max(nowMs, (newest?.seq ?? 0) + 1));
    this.#allowed = new Map(accounts.map((one) => [accountName(one.neighbour, one.equivalent), one.cap]));
    return renewed;
  }

  async #handInMandate(accounts: readonly CappedAccount[], seq: number): Promise<Mandates> {
    const document = toBase64url(encode(handedMandateShape, makeMandate(this.#signer, accounts, seq, Date.now())));
    try {
      return await this.#hub.act<Mandates>('PUT', '/participants/me/mandate', { document });
    } catch (error) {
      // The clock here is behind the one by which the hub lost its records.
      const isOld = error instanceof AskError && error.code === 'mandate-old';
      const least = isOld ? Number(error.facts.seq) + 1 : 0;
      if (least <= seq || least > Date.now() + MAX_CLOCK_SKEW_MS) throw error;
      return this.#handInMandate(accounts, least);
    }
  }

  /** By the limits that were signed, as they were read last, and by what the member owes. */
  async #caps(): Promise<readonly Capped[]> {
    const owed = new Map(await this.#attempts.goneOver());
    for (const [name, balance] of await provenBalances(this.#kept)) {
      if (-balance > (owed.get(name) ?? 0n)) owed.set(name, -balance);
    }
    return this.#shown === null ? [] : capsOf(this.#shown, owed);
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
    await keepLine(this.#kept, document);
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

  /** Pays: see `Payments.pay`. Then the hub may let it come back over the account that it went over. Throws `AskError`. */
  async pay(order: Order): Promise<Paid> {
    const paid = await this.payments.pay(order);
    if (paid.state === 'paid' && (await this.allowsTooLittle())) await this.renewMandate();
    return paid;
  }

  /** May less go over an account than has to, by what is known here? */
  async allowsTooLittle(): Promise<boolean> {
    const caps = await this.#caps();
    return caps.some(({ neighbour, equivalent, cap, isTight }) => {
      return isTight && (this.#allowed.get(accountName(neighbour, equivalent)) ?? 0n) * CAP_LEFT < cap;
    });
  }

  /** Looks at what proves the balances, and signs the checkpoints that say the same. Throws `AskError`. */
  async checkBooks(): Promise<Checked> {
    // What the first screen does not wait for.
    const { checkBooks } = await import('./books.ts');
    // What a checkpoint may name.
    await this.state();
    const lines = this.#shown ?? NO_LINES;
    // Two windows would undo each other's notes.
    return alone(`geo-books-${this.#signer.publicKey}`, () =>
      checkBooks(this.#signer, this.#hub, this.#kept, this.#verify, lines),
    );
  }

  /** All there is of the member, as a backup file that its words open: for `geo restore`. */
  async takeAlong(seed: Uint8Array): Promise<{ readonly file: Uint8Array; readonly checksum: string }> {
    const { summary, contents, checksum } = await this.#hub.read<{
      readonly summary: string;
      readonly contents: string;
      readonly checksum: string;
    }>('GET', '/participants/me/bundle');
    const parts = { summary: fromBase64(summary), contents: fromBase64(contents) };
    return { file: await this.#sealed(seed, parts), checksum };
  }

  /** What this browser has kept of the member, as such a file: where the hub does not answer any more. `last`: as it was shown last. */
  async takeKept(seed: Uint8Array, { lines, parts }: SignedState): Promise<Uint8Array> {
    const { ownBackup } = await import('./own-backup.ts');
    const contacts = [...parts.listContacts.contacts, ...neighboursOf(parts)];
    return this.#sealed(seed, await ownBackup(this.#signer, this.#kept, { lines, contacts }, Date.now()));
  }

  async #sealed(seed: Uint8Array, parts: Parameters<typeof backupFile>[1]): Promise<Uint8Array> {
    // Seldom wanted, and no small part of the page.
    const [files, { NONCE_BYTES }] = await Promise.all([
      import('#protocol/backup-file.ts'),
      import('#protocol/sealing.ts'),
    ]);
    const nonces = [randomBytes(NONCE_BYTES), randomBytes(NONCE_BYTES)] as const;
    return files.backupFile({ seed, publicKey: this.#signer.publicKey }, parts, nonces);
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

  /** Being found by people outside of the hub. */
  async findability(): Promise<Findability> {
    const { Findability: Made } = await import('./findability.ts');
    return new Made(this.#signer, this.#hub, this.#kept);
  }

  /**
   * Shows the hub what this browser has kept of the member: where the hub came back from an old copy, it makes up for what that has
   * not. Throws `AskError`.
   */
  async bringKept(): Promise<void> {
    const [{ keptRecords }, { handOver }] = await Promise.all([import('./own-backup.ts'), import('./arrival.ts')]);
    const { publicKey, network } = this.#signer;
    const records = await keptRecords(publicKey, this.#kept, []);
    await handOver(this.#hub, publicKey, { network, createdAtMs: Date.now(), records, contacts: [] }, () => undefined);
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
}

/** Does a mandate reach, and for some days more? */
function isEnough(
  newest: Mandates['mandates'][number] | undefined,
  accounts: readonly CappedAccount[],
  nowMs: number,
): boolean {
  if (newest === undefined || newest.notAfterMs - nowMs <= RENEWED_MS) return false;
  return accounts.every((account) => {
    const named = newest.accounts.find(
      ({ neighbour, equivalent }) => neighbour === account.neighbour && equivalent === account.equivalent,
    );
    if (named === undefined || unitsOf(named.cap) < account.cap) return false;
    return (unitsOf(named.cap) - unitsOf(named.used)) * CAP_LEFT >= account.cap;
  });
}

function allowedBy(newest: Mandates['mandates'][number] | undefined): ReadonlyMap<string, bigint> {
  const accounts = newest?.accounts ?? [];
  return new Map(accounts.map(({ neighbour, equivalent, cap }) => [accountName(neighbour, equivalent), unitsOf(cap)]));
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
