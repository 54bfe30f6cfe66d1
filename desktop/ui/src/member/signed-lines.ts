/**
 * Trust lines as they were signed. What a hub says of them counts for nothing beside that: what is shown, compared, signed anew
 * or allowed is what the two ends have signed.
 */
import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import { fromBase64url } from '#protocol/base64url.ts';
import { readHanded } from '#protocol/delegation/handed-in.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import {
  type SignedTrustLine,
  signedTrustLineShape,
  type TrustLine,
  trustLineStatement,
} from '#protocol/trust-line.ts';
import type { WholeState } from '../carrier.ts';
import { accountName } from './checked.ts';
import type { Reader } from './proofs.ts';
import { unitsOf } from './units.ts';

/** What a hub shows, with the documents under its trust lines (base64url). */
export interface SignedState extends WholeState {
  readonly lines: readonly string[];
}

type Card = Result<'listTrustLines'>['trustLines'][number];
type Shown = NonNullable<Card['given']>;

/** By neighbour and equivalent as in `accountName`. */
export interface SignedLines {
  /** What the member gives. */
  readonly given: ReadonlyMap<string, TrustLine>;
  /** What it is given. */
  readonly received: ReadonlyMap<string, TrustLine>;
}

export const NO_LINES: SignedLines = { given: new Map(), received: new Map() };

/** Reads documents; each signature is looked at once. */
export class LineReader {
  readonly #reader: Reader;
  #read = new Map<string, TrustLine | null>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The newest line of each direction. What is not signed, or of others, is as if it were not there. */
  read(documents: readonly string[]): SignedLines {
    const before = this.#read;
    this.#read = new Map();
    const [given, received] = [new Map<string, TrustLine>(), new Map<string, TrustLine>()];
    for (const document of documents) {
      const known = before.get(document);
      const line = known === undefined ? this.#lineIn(document) : known;
      this.#read.set(document, line);
      if (line === null) continue;
      const isOwn = line.from === this.#reader.self;
      const lines = isOwn ? given : received;
      const name = accountName(isOwn ? line.to : line.from, line.equivalent);
      if ((lines.get(name)?.seq ?? 0) < line.seq) lines.set(name, line);
    }
    return { given, received };
  }

  #lineIn(document: string): TrustLine | null {
    const signed = signedLineIn(document);
    if (signed === null) return null;
    const { line, signature } = signed;
    const { self, network, verify } = this.#reader;
    const isOfMember = line.network === network && [line.from, line.to].includes(self);
    return isOfMember && verify(trustLineStatement(line), signature) ? line : null;
  }
}

/** A signed trust line, in base64url; null: it is none. Its signature is not looked at. */
export function signedLineIn(document: string): SignedTrustLine | null {
  try {
    const read = readHanded(signedTrustLineShape, fromBase64url(document));
    return isRefusal(read) ? null : read;
  } catch {
    return null;
  }
}

/** The same state, with trust lines as they were signed, and sums of what is shown; what nobody has signed is not there. */
export function asSigned<T extends WholeState>(state: T, { given, received }: SignedLines): T {
  const trustLines = state.parts.listTrustLines.trustLines.map((card): Card => {
    const name = accountName(card.neighbour.publicKey, card.equivalent);
    return {
      ...card,
      given: shownAs(given.get(name), card.given),
      received: shownAs(received.get(name), card.received),
    };
  });
  const { accounts } = state.parts.getBalance;
  const getBalance = { accounts, net: sumsOf(accounts) };
  return { ...state, parts: { ...state.parts, listTrustLines: { trustLines }, getBalance } };
}

function shownAs(line: TrustLine | undefined, told: Card['given']): Card['given'] {
  if (line === undefined) return null;
  const { limit, status, seq, createdAtMs, policy } = line;
  const { acked = false, conflicting = false, announced = false } = told ?? {};
  const shown: Shown = {
    limit: formatAmount(limit),
    ...{ status, seq, createdAtMs, acked, conflicting, announced },
    policy: {
      ...policy,
      dailyLimit: policy.dailyLimit === null ? null : formatAmount(policy.dailyLimit),
      blocked: policy.blocked.map((publicKey: PublicKey) => ({ pid: pidOf(publicKey), publicKey, name: null })),
    },
  };
  return shown;
}

/** What is owed both ways in each equivalent, by the balances that are looked at one by one. */
function sumsOf(accounts: Result<'getBalance'>['accounts']): Result<'getBalance'>['net'] {
  const sums = new Map<string, { toMe: bigint; byMe: bigint }>();
  for (const { equivalent, balance } of accounts) {
    const units = unitsOf(balance);
    const { toMe, byMe } = sums.get(equivalent) ?? { toMe: 0n, byMe: 0n };
    sums.set(equivalent, units > 0n ? { toMe: toMe + units, byMe } : { toMe, byMe: byMe - units });
  }
  return [...sums].map(([equivalent, { toMe, byMe }]) => ({
    equivalent,
    net: formatAmount(toMe - byMe),
    owedToMe: formatAmount(toMe),
    owedByMe: formatAmount(byMe),
  }));
}
