/** A real hub that shows its member more than was booked: what it answers is changed on its way to the member's page. */
import type { WholeState } from '#desktop/ui/src/carrier.ts';
import { formatAmount } from '#protocol/amount.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { headAfter } from '#protocol/journal.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import { type Certificate, certificateShape } from '#protocol/packet.ts';
import { changeAnswers } from './hub-answers.ts';
import type { TestMember } from './members.ts';

/** An entry that the hub makes up: hop `hop` of a certificate, which counts, or is waived by an ABORT. */
export interface MadeUp {
  readonly neighbour: PublicKey;
  readonly certificate: Certificate;
  readonly hop: number;
  readonly delta: bigint;
  readonly abort?: Message;
}

interface Entry {
  readonly number: number;
  readonly head: string;
}
interface Shown {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  balance: string;
  entries: number;
  head: string;
}
interface Part {
  readonly after: number;
  readonly afterHead: string;
  readonly entries: readonly Entry[];
}

const UNIT = 100_000_000;

/** From now on. */
export function showMore(member: TestMember, madeUp: readonly MadeUp[]): void {
  const of = (neighbour: string) => madeUp.filter((one) => one.neighbour === neighbour);
  const added = (neighbour: string, told: string): string => {
    const sum = of(neighbour).reduce((all, { delta }) => all + delta, 0n);
    const balance = BigInt(Math.round(Number(told) * UNIT)) + sum;
    return balance < 0n ? `-${formatAmount(-balance)}` : formatAmount(balance);
  };
  changeAnswers(member.connection, 'read', async (path, _body, ask) => {
    const answer = await ask();
    if (path === '/participants/me/state') return withBalances(answer as WholeState, added);
    if (path === '/balance/proofs') {
      const { accounts } = answer as { accounts: readonly Shown[] };
      return { accounts: accounts.map((one) => longer(one, of(one.neighbour), added)) };
    }
    const neighbour = madeUp.find((one) => path.startsWith(`/balance/proofs/${pidOf(one.neighbour)}:`))?.neighbour;
    if (neighbour === undefined) return answer;
    const part = answer as Part;
    const last = part.entries.at(-1) ?? { number: part.after, head: part.afterHead };
    return { ...part, entries: [...part.entries, ...entriesOf(last, of(neighbour))] };
  });
}

function withBalances(state: WholeState, added: (neighbour: string, told: string) => string): WholeState {
  const { getBalance } = state.parts;
  const accounts = getBalance.accounts.map((one) => ({
    ...one,
    balance: added(one.neighbour.publicKey, one.balance),
  }));
  return { ...state, parts: { ...state.parts, getBalance: { ...getBalance, accounts } } };
}

function longer(shown: Shown, madeUp: readonly MadeUp[], added: (neighbour: string, told: string) => string): Shown {
  const last = entriesOf({ number: shown.entries, head: shown.head }, madeUp).at(-1);
  if (last === undefined) return shown;
  return { ...shown, balance: added(shown.neighbour, shown.balance), entries: last.number, head: last.head };
}

function entriesOf(after: Entry, madeUp: readonly MadeUp[]): readonly Entry[] {
  let { number, head } = after;
  return madeUp.map(({ certificate, hop: at, delta, abort }) => {
    const { txId, header, route } = certificate;
    const hop = { txId, routeIndex: route.index, hop: at, createdAtMs: header.createdAtMs };
    number++;
    head = headAfter(head, { number, hop, delta });
    const shown = delta < 0n ? `-${formatAmount(-delta)}` : formatAmount(delta);
    return {
      ...{ number, head, hop, delta: shown },
      certificate: toBase64url(encode(certificateShape, certificate)),
      abort: abort === undefined ? null : toBase64url(encodeMessage(abort)),
    };
  });
}
