/**
 * What each refusal means, in whole sentences: the cause, whose limit it is, and what would work (§5.3 of the design).
 * One closed table: a code without a text does not compile.
 */
import { formatAmountFixed } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { RefusalCode, RefusalFacts } from '#protocol/refusals.ts';
import type { AnyRefusal, NodeRefusalCode, NodeRefusalFacts } from '../refusals.ts';

/** What the one who tells knows about people and amounts. */
export interface Teller {
  readonly self: PublicKey;
  /** How a participant is called here: alias, name on the card, or the beginning of the PID. */
  callName(key: PublicKey): string;
  /** Decimals that amounts of an equivalent are shown with, at least. */
  precisionOf(equivalent: string): number;
}

/** What a refusal is about. */
export interface About {
  readonly equivalent: string | null;
  /** The hop that it speaks of: `from` pays to `to`. Null when the route is not known here. */
  readonly hop: { readonly from: PublicKey; readonly to: PublicKey } | null;
}

/** The text of a refusal for people. */
export function explain(refusal: AnyRefusal, about: About, teller: Teller): string {
  const text = texts[refusal.code] as (facts: AnyRefusal, say: Say) => string;
  return text(refusal, sayer(about, teller));
}

/** Someone in a sentence: as its first word, elsewhere, and with the right form of a verb. */
interface Someone {
  readonly isSelf: boolean;
  readonly First: string;
  readonly name: string;
  does(third: string, second: string): string;
}

interface Say {
  readonly from: Someone;
  readonly to: Someone;
  /** `12.50 UAH` */
  money(amount: bigint): string;
  /** `12.50`, where the unit was just said. */
  number(amount: bigint): string;
}

function sayer({ equivalent, hop }: About, teller: Teller): Say {
  const number = (amount: bigint) =>
    formatAmountFixed(amount, equivalent === null ? 0 : teller.precisionOf(equivalent));
  const someone = (key: PublicKey | undefined, stranger: string): Someone => {
    if (key === teller.self) return { isSelf: true, First: 'You', name: 'you', does: (_third, second) => second };
    const name = key === undefined ? stranger : teller.callName(key);
    const First = key === undefined ? `${stranger.charAt(0).toUpperCase()}${stranger.slice(1)}` : name;
    return { isSelf: false, First, name, does: (third) => third };
  };
  return {
    from: someone(hop?.from, 'the participant before'),
    to: someone(hop?.to, 'a participant on the way'),
    number,
    money: (amount) => (equivalent === null ? number(amount) : `${number(amount)} ${equivalent}`),
  };
}

type Code = RefusalCode | NodeRefusalCode;
type FactsOf<C extends Code> = C extends RefusalCode
  ? RefusalFacts[C]
  : C extends NodeRefusalCode
    ? NodeRefusalFacts[C]
    : never;

const typed =
  (what: string) =>
  ({ input, why, limit }: { input: string; why: string; limit: string }): string =>
    `“${input}” is not ${what}: ${why}. It should be ${limit}.`;

/** Why the hop cannot take it, and what would work for whom. */
function insufficient({ limit, maxNow, reserved }: RefusalFacts['insufficient'], say: Say): string {
  const { from, to } = say;
  const allows =
    limit === 0n
      ? `${to.First} ${to.does('lets', 'let')} ${from.name} owe nothing`
      : `${to.First} ${to.does('lets', 'let')} ${from.name} owe at most ${say.money(limit)}`;
  const now =
    maxNow === 0n
      ? 'nothing more would pass now'
      : `${limit === 0n ? say.money(maxNow) : say.number(maxNow)} more would pass now`;
  const held = reserved === 0n ? '' : ` Payments under way hold ${say.money(reserved)}; when they end, more may pass.`;
  const less = maxNow === 0n ? '' : `Pay at most ${say.money(maxNow)}, or `;
  const raise = to.isSelf ? `raise your limit for ${from.name}` : `ask ${to.name} to raise the limit for ${from.name}`;
  const advice = less === '' ? `${raise.charAt(0).toUpperCase()}${raise.slice(1)}` : `${less}${raise}`;
  return `${allows}; ${now}.${held} ${advice}.`;
}

const texts: { readonly [C in Code]: (facts: FactsOf<C>, say: Say) => string } = {
  'bad-amount': typed('an amount'),
  'bad-equivalent': typed('an equivalent'),
  'bad-key': typed('a public key'),
  'bad-pid': typed('a PID'),
  'bad-words': ({ input, why, limit }) =>
    `These are not the words of an identity: ${why}${input === '' ? '' : ` (“${input}”)`}. They should be ${limit}.`,
  'bad-name': typed('a name'),
  'bad-address': typed('a network address'),
  'bad-link': typed('a link that can be used here'),
  'bad-memo': typed('a memo'),
  'bad-receipt': ({ why, limit }) => `This file proves nothing: ${why}. A receipt is ${limit}.`,
  'bad-time': typed('a time'),
  'bad-encoding': ({ where, why, limit }) => `The data is damaged at “${where}”: ${why}. It should be ${limit}.`,

  'limit-below-debt': ({ debt, reserved, asked }, say) =>
    `The limit cannot be ${say.money(asked)}: ${say.money(debt)} is owed to you already` +
    `${reserved === 0n ? '' : ` and ${say.money(reserved)} is held by payments under way`}. ` +
    `The lowest limit now is ${say.money(debt + reserved)}; closing the line stops new debt whatever is owed.`,
  'bad-route': ({ why }) => `The chosen routes cannot be used: ${why}.`,
  'no-account': ({ equivalent }) =>
    `You and this participant share nothing in ${equivalent}. One of you has to open a trust line first.`,
  'to-self': ({ what }) => `A ${what} needs another participant, and this is your own key.`,
  'unknown-transaction': ({ id }) => `This node knows no transaction or payment ${id}. Check the id in the history.`,
  'id-reused': () =>
    'A payment with this id exists already, with another receiver or amount, and an id names one payment for ever. ' +
    'Choose another id for a new payment.',
  'bad-document': ({ why }) =>
    `What was signed in the browser does not fit what the hub knows: ${why}. Load the page again and try once more.`,
  'too-many-neighbours': ({ limit }) =>
    `This node has accounts with ${limit} participants, which is its limit. Use one of those, or a hub.`,
  'not-held': () =>
    'Nothing is held at this position for somebody upstream, so there is nothing to let go. It may be settled already.',
  'no-proposal': ({ id }) =>
    `No clearing ${id} waits for your word. It may be done or over by now: geo clear list shows those that wait.`,
  'not-agreed': ({ neighbours }) =>
    `Of the connected neighbours ${neighbours} ${neighbours === 1 ? 'has' : 'have'} not shown yet what their books ` +
    'say, so what came back here may be wrong. Wait a moment and confirm again, or confirm ' +
    'regardless: accounts on which you do not agree stay out of use then.',
  'not-restored': () =>
    'There is nothing to confirm: this node has lost no records, or you have confirmed them already.',

  'no-route': ({ maxHops }) =>
    `No chain of at most ${maxHops} trust lines from you to the receiver is known that could carry this. ` +
    'The receiver, or someone on the way to the receiver, has to trust you or someone you can pay. ' +
    'If such a line exists, it may not be announced, or word of it has not arrived yet: try again in a minute.',
  insufficient,
  'no-trust-line': (_facts, { from, to }) =>
    `${to.First} ${to.does('has', 'have')} opened no trust line to ${from.name} and ${to.does('owes', 'owe')} ` +
    `${from.name} nothing, so nothing can pass. ${to.First} would have to open one.`,
  'line-closed': (_facts, { from, to }) =>
    `${to.First} ${to.does('has', 'have')} closed the trust line to ${from.name}: no new debt can arise there. ` +
    `${to.First} would have to open it again.`,
  'line-frozen': (_facts, { from, to }) =>
    `The trust line of ${to.name} to ${from.name} is frozen: no new debt can arise there until ${to.name} ` +
    `${to.does('sets', 'set')} it again.`,
  'not-intermediate': (_facts, { from, to }) =>
    `${to.First} ${to.does('lets', 'let')} nobody pay through over the trust line to ${from.name}; ` +
    `only payments to ${to.isSelf ? 'yourself' : to.name} may use it. Another route would be needed.`,
  'daily-limit': ({ maxNow }, say) =>
    `${say.to.First} ${say.to.does('takes', 'take')} only so much from ${say.from.name} in a day; ` +
    `${maxNow === 0n ? 'nothing more' : say.money(maxNow)} would pass today. It begins anew at midnight UTC.`,
  blocked: (_facts, { from, to }) =>
    `${to.First} ${to.does('does', 'do')} not take payments of this payer or for this receiver over the trust line ` +
    `to ${from.name}. Another route would be needed.`,
  'neighbour-offline': (_facts, { from, to }) =>
    `${from.First} ${from.does('is', 'are')} not connected with ${to.name} now. ` +
    `Try again when ${to.isSelf ? 'you are' : `${to.name} is`} online.`,
  'neighbour-overdue': (_facts, { from, to }) =>
    `${to.First} ${to.does('has', 'have')} left earlier payments from ${from.name} unfinished past their time. ` +
    'New ones can pass there when those have ended.',
  'too-much-open': (_facts, { from, to }) =>
    `Too many payments are under way between ${from.name} and ${to.name}. Try again in a moment.`,
  expired: () => 'The payment took too long and its time ran out. Nothing was paid; try again.',
  'too-little-time': () =>
    'The payment moved so slowly that too little time was left for the rest of the way. Nothing was paid; try again.',
  'lifetime-too-long': () => 'The payment asked to be held for more than a day, which nobody on the way accepts.',
  'from-the-future': () =>
    'A participant on the way sees the payment as made in the future. Check the clock of this computer: ' +
    'it may differ from the others by a minute at most.',
  'already-paid': () =>
    'The receiver already has this payment from an earlier attempt. Nothing was paid twice; look at the history.',
  cancelled: () => 'The payment was called back before it was done. Nothing was paid; it can be tried again.',
  'node-restored': () =>
    'A node has lost records and signs nothing new until its neighbours have confirmed its accounts. Try again later.',
  'amounts-do-not-add-up': () =>
    'The parts of the payment do not add up to its amount, so the receiver refused it. Nothing was paid.',
  'let-go': () =>
    'Someone on the way gave up the amount that was held for this payment. Nothing was paid; it can be tried again.',
  'nothing-to-clear': ({ maxNow }, say) =>
    `${say.from.First} can pay ${say.to.name} back ${maxNow === 0n ? 'nothing' : `only ${say.money(maxNow)}`} now, ` +
    'so there is less to clear than was asked.',
  'no-auto-clearing': (_facts, { from, to }) =>
    `${to.First} ${to.does('wants', 'want')} to be asked before debts with ${from.name} are cleared.`,
  'account-unsure': (_facts, { from, to }) =>
    `${from.First} or ${to.name} lost records, and the two have not come to agree yet on what they owe each other. ` +
    'Try again when they have.',
  'too-old': (_facts, { from, to }) =>
    `The payment was so long on its way that ${from.name} and ${to.name} have closed the books it belongs to. ` +
    'Nothing was paid; try again.',
  'below-smallest': ({ limit }, say) =>
    `${say.to.First} ${say.to.does('passes', 'pass')} on nothing below ${say.money(limit)}. ` +
    'Pay at least that much, or over another route.',
  'not-delegated': (_facts, { to }) =>
    `${to.First} ${to.does('uses', 'use')} a hub, and what the hub may sign by itself is used up or over. ` +
    'When the page has been opened there, try again.',
  'not-explained': ({ number }) =>
    `A participant on the way refused for a reason that this version does not know (number ${number}). ` +
    'A newer version may explain it.',

  'bad-request': ({ where, why }) => `The request is wrong${where === '' ? '' : ` at “${where}”`}: ${why}.`,
  'not-found': ({ path }) => `The API has no ${path}. What it has is listed in /v1/openapi.json.`,
  'body-too-large': ({ limitBytes }) => `The request has more than ${limitBytes} bytes, which is the limit.`,
  'no-token': ({ why }) =>
    `A token is needed, and ${why}. Send the content of api.cookie in the node's data folder, or a token made with ` +
    '`geo token`, as “Authorization: Bearer …”.',
  'scope-missing': ({ has, needs }) => `This token allows “${has}”, and this needs “${needs}”. Make another token.`,
  'daily-cap': ({ cap, spent, asked }, say) =>
    cap === 0n
      ? `This token may not pay in this equivalent at all; it was asked for ${say.money(asked)}.`
      : `This token may pay ${say.money(cap)} in a UTC day, ${say.number(spent)} is spent, and ${say.number(asked)} ` +
        `was asked; ${say.number(cap > spent ? cap - spent : 0n)} is left until midnight UTC.`,
  'wrong-host': ({ host }) =>
    `The request was made for “${host}”, which is not this node's own address. Use 127.0.0.1 or localhost with its port.`,
  'wrong-origin': ({ origin }) => `Pages of “${origin}” may not use this node.`,

  'unknown-contact': ({ input }) =>
    `“${input}” is nobody in the address book, and not a PID, a public key or a contact card either. ` +
    'See `geo contact list`, or ask them for a contact card.',
  'key-unknown': ({ pid }) =>
    `The public key of ${pid} is not known here: a PID is only its hash. Ask them for a contact card (\`geo id\` prints it).`,
  'directory-off': () =>
    'This node takes no part in the directory, so it can look for nobody. Set `directory` to true and start it again.',
  'not-in-directory': ({ pid, asked }) =>
    asked === 0
      ? `${pid} is not known here, and this node is connected with nobody whom it could ask. Give it a node to begin ` +
        'with (setting `bootstrap`), or ask them for a contact card (`geo id card` prints it).'
      : `Nobody with the PID ${pid} was found; ${asked} ${asked === 1 ? 'node was' : 'nodes were'} asked. Their node may ` +
        'have been off for a day, or belong to another part of the network. Check the PID, add a node that they use ' +
        '(setting `bootstrap`), or ask them for a contact card (`geo id card` prints it).',
  'alias-taken': ({ alias, pid }) => `“${alias}” is the alias of ${pid} already. Choose another one.`,
  'look-alike': ({ alias, other }) =>
    `“${alias}” looks like “${other}”, who is someone else. Choose another alias, or allow the look-alike if you are sure.`,
  'alias-ambiguous': ({ alias }) =>
    `“${alias}” could be taken for a PID, a public key or a link. Choose another alias.`,
  'too-many-contacts': ({ limit }) =>
    `There are ${limit} contacts already, which is the most. Remove one that you need no more.`,
  'contact-in-use': ({ pid, equivalent }) =>
    `There is still an account with ${pid} in ${equivalent}: a trust line or a debt. ` +
    'Close the lines and settle the debt first.',

  'card-expired': ({ expiredAtMs }) =>
    `This contact card was good until ${new Date(expiredAtMs).toISOString()}. Ask for a new one.`,
  'request-expired': ({ expiredAtMs }) =>
    `This request was to be paid until ${new Date(expiredAtMs).toISOString()}. Ask for a new one.`,
  'amount-needed': ({ equivalent }) => `This request leaves the amount to you: say how much ${equivalent}.`,
  'amount-fixed': ({ amount }, say) => `This request is for ${say.money(amount)}, not another amount.`,
  'no-receipt': ({ state }) =>
    `There is no receipt: the payment is ${state}, and only a committed one is proven by the signatures of all.`,
  'unknown-token': ({ name }) => `There is no token “${name}”. See \`geo token list\`.`,
  'token-exists': ({ name }) => `A token “${name}” exists already. Revoke it first, or choose another name.`,
  'unknown-session': ({ id }) =>
    `No browser ${id} is let in: it may be signed out already. A list shows those that are.`,
  'unknown-backup': ({ name }) =>
    `There is no backup file “${name}” that this node can open: older ones are removed in time. See \`geo backup list\`.`,
  'ui-not-built': () =>
    'The pages of this node are not built: this is a checkout of the source. Run `npm run build:ui` there, then ' +
    '`geo ui` again.',
  'link-used': ({ why }) =>
    `This link ${why === 'expired' ? 'is too old: it works for a minute' : 'was used already, or is of an earlier start of the node'}. ` +
    'Run `geo ui` for a new one.',
};
