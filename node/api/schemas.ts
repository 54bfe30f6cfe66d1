/**
 * The values of the API, as schemas: what goes over HTTP and WebSocket between a node and its tools.
 *
 * Amounts are decimal strings (`12.5`) and always stand beside their equivalent; instants are UTC milliseconds in names
 * that end in `AtMs`; a participant is always `{ pid, publicKey, name }`. Amounts and equivalents in requests are plain
 * strings here: the node judges them itself, so that a wrong one gets a refusal that says what would be right.
 */
import { z } from 'zod';
import { EQUIVALENT_PATTERN } from '#protocol/equivalent.ts';
import { MAX_DOCUMENT_BYTES, MAX_TIME_MS } from '#protocol/limits.ts';
import { CAUSE_CODES } from '../p2p/causes.ts';
import { errorCodes } from './codes.ts';

/** The longest way to name someone or something is a link: twice `MAX_DOCUMENT_BYTES`, for mail breaks lines. */
const MAX_LINK_CHARACTERS = 2 * MAX_DOCUMENT_BYTES;

const tooLong = ({ input }: { input?: unknown }): string =>
  `it has ${String(input).length} characters; the longest link has ${MAX_LINK_CHARACTERS}`;

/** 32 bytes as 64 lower-case hex digits. */
const hex32 = z
  .string('it should be text of 64 hex digits')
  .regex(/^[0-9a-f]{64}$/, 'it should be 64 hex digits, 0-9 and a-f');

const INSTANT_LIMIT = 'it should be a whole number of UTC milliseconds, from 0 to the end of the year 9999';
/** UTC milliseconds, 1970 to 9999. */
export const instant = z
  .int(INSTANT_LIMIT)
  .min(0, INSTANT_LIMIT)
  .max(MAX_TIME_MS, INSTANT_LIMIT)
  .describe('UTC milliseconds');

/** A span of time in milliseconds. */
export const duration = z.int().min(0).describe('milliseconds');

/** An amount from the node: 0 or more, no rounding, no needless zeros. */
export const amount = z
  .string()
  .regex(/^(0|[1-9]\d*)(\.\d{1,8})?$/)
  .describe('Decimal amount, such as 12.5');

/** A balance from the node: above zero when it is owed to this participant. */
export const balance = z
  .string()
  .regex(/^-?(0|[1-9]\d*)(\.\d{1,8})?$/)
  .describe('Decimal amount, below zero when this participant owes');

/** The name of an equivalent, 1 to 16 of `A-Z a-z 0-9 _`. */
export const equivalent = z.string().regex(EQUIVALENT_PATTERN).describe('What amounts are counted in, such as UAH');

/** An amount in a request, as a person wrote it: above 0 (a limit: 0 or more), decimals bounded by the node's settings. */
export const amountInput = z
  .string('it should be decimal text such as "12.5", never a number, which other readers may round')
  .describe('Decimal amount, such as 12.5');

/** An equivalent in a request. */
export const equivalentInput = z
  .string('it should be text such as "UAH"')
  .describe('What amounts are counted in, such as UAH');

/** Someone in a request: alias of a contact, PID, public key (64 hex digits) or `geo:` contact card. */
export const whoInput = z
  .string('it should be text: an alias, a PID, a public key in hex or a contact card')
  .min(1, 'nobody is named; it should be an alias, a PID, a public key in hex or a contact card')
  .max(MAX_LINK_CHARACTERS, { error: tooLong })
  .describe('Alias of a contact, PID, public key in hex, or geo: contact card');

/** A `geo:` link or the `https://…#…` form of it. */
export const linkInput = z
  .string('it should be text: a geo: link')
  .min(1, 'it is empty; it should be a geo: link')
  .max(MAX_LINK_CHARACTERS, { error: tooLong })
  .describe('geo: link');

/** A participant. `name` is the local alias if there is one, else the name on its card, else null. */
export const participant = z
  .object({ pid: z.string(), publicKey: hex32, name: z.string().nullable() })
  .meta({ id: 'Participant', description: 'A participant; name is the local alias, else the name on its card' });

/** sha256 of a header: names one transaction (one attempt of a payment, or a clearing). */
export const txId = hex32.describe('Transaction id, 64 hex digits');

/** Names a payment over all its attempts: sha256 of network, payer's key and the id that the person gave. */
export const paymentId = hex32.describe('Payment id, 64 hex digits');

/** A place in the list of events: `instance:number`. Numbers of one instance grow by one. */
export const cursor = z
  .string()
  .regex(/^[0-9a-f]{1,64}:\d{1,15}$/)
  .describe('instance:number');

/** What a refusal knows, by name: amounts as decimal strings, participants as PIDs. */
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Why not, for people and programs: `text` is whole sentences, the other fields are its facts (null: not applicable). */
export const refusal = z
  .object({
    code: z.enum(errorCodes),
    text: z.string().describe('Cause, whose limit, and what would work'),
    hop: z.object({ from: participant, to: participant }).nullable().describe('The hop that refused: from pays to'),
    limit: amount.nullable().describe('The limit that stopped it'),
    maxNow: amount.nullable().describe('What would pass now'),
    retry: z.boolean().describe('Whether the very same request may succeed later'),
    facts: facts.describe('All that its text was made from, for texts in other languages'),
  })
  .meta({ id: 'Refusal' });

/** Every answer outside of 2xx. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.enum(errorCodes),
      message: z.string(),
      facts,
      retry: z.boolean(),
    }),
  })
  .meta({ id: 'Error' });

/** How much can be paid to someone, as far as is known by now. */
export const quote = z
  .object({
    quoteId: hex32,
    to: participant,
    equivalent,
    atLeast: amount.describe('So much can be paid now, for all that is known'),
    atMost: amount.describe('Perhaps so much, and no more'),
    stoppedBy: refusal.nullable().describe('Why it is not more: the hop that stops most of it'),
    isFinal: z.boolean().describe('False: answers of others are still awaited'),
  })
  .meta({ id: 'Quote' });

/** Public state of a payment (§4.6). COMMITTED and ABORTED are final; any other one: the outcome is not known yet. */
export const paymentState = z.enum(['NEW', 'ROUTED', 'PREPARE_IN_PROGRESS', 'COMMITTED', 'ABORTED']);

/** A payment of this participant, with how it stands now. */
export const payment = z
  .object({
    paymentId,
    receiver: participant,
    equivalent,
    amount,
    state: paymentState,
    hops: z.int().nullable().describe('Hops of its longest route; null before a route was found'),
    routes: z.array(z.object({ amount, nodes: z.array(participant) })).describe('Payer first, receiver last'),
    txId: txId.nullable(),
    attempts: z.int(),
    createdAtMs: instant,
    finishedAtMs: instant.nullable(),
    ms: duration.nullable().describe('From start to final state'),
    refusal: refusal.nullable().describe('Why it was aborted'),
  })
  .meta({ id: 'Payment' });

/** What the owner of a trust line wants besides the limit. */
export const policy = z
  .object({
    canBeIntermediate: z.boolean().describe('May payments of others pass through the owner over this line?'),
    autoClearing: z.boolean().describe('May debts on this line be cleared without asking?'),
    dailyLimit: amount.nullable().describe('Most that the debt may grow in one UTC day'),
    announce: z.boolean().describe('Is the line wanted on the public map? The other end must agree too'),
    blocked: z.array(participant).describe('Payers and receivers not served over this line'),
  })
  .meta({ id: 'Policy' });

const lineStatus = z.enum(['active', 'frozen', 'closed']);

/** One direction of trust between this participant and a neighbour. */
export const trustLine = z
  .object({
    limit: amount.describe('Most that the other end may owe the owner'),
    status: lineStatus,
    policy,
    seq: z.int(),
    createdAtMs: instant,
    acked: z.boolean().describe('Own lines: the neighbour has this version'),
    conflicting: z.boolean().describe('Two versions with one number exist: the line is frozen until a newer one'),
    announced: z.boolean().describe('Is it on the public map now?'),
  })
  .meta({ id: 'TrustLine' });

/** Trust with one neighbour in one equivalent, both directions on one card. */
export const trustCard = z
  .object({
    neighbour: participant,
    equivalent,
    given: trustLine.nullable().describe('The neighbour may owe me up to its limit'),
    received: trustLine.nullable().describe('I may owe the neighbour up to its limit'),
  })
  .meta({ id: 'TrustCard' });

/** May an account be used for something new? */
const standing = z
  .enum(['confirmed', 'unsure', 'agreed', 'suspended'])
  .describe(
    'confirmed: yes; unsure: records were lost, and the neighbour has not shown the same books yet; ' +
      'agreed: it has, and the owner has to confirm; suspended: the neighbour broke the protocol',
  );

const restoredAccounts = z.array(z.object({ neighbour: participant, equivalent, linked: z.boolean() }));

/** Records were lost: what is still to be done about it. */
export const restored = z
  .object({
    lostAtMs: instant,
    frozen: z.boolean().describe('The node signs nothing new until its owner confirms what came back'),
    unsure: restoredAccounts.describe('Accounts whose neighbour has not shown the same books yet'),
    agreed: restoredAccounts.describe('Accounts that the owner can confirm'),
  })
  .meta({ id: 'Restored' });

/** What this participant shares with one neighbour in one equivalent. */
export const account = z
  .object({
    neighbour: participant,
    equivalent,
    linked: z.boolean().describe('Is the neighbour connected now?'),
    balance: balance.describe('Above zero: the neighbour owes me'),
    owesMe: amount,
    iOwe: amount,
    limitGiven: amount.describe('Most that the neighbour may owe me'),
    limitReceived: amount.describe('Most that I may owe the neighbour'),
    availableIn: amount.describe('What the neighbour could pay to me now'),
    availableOut: amount.describe('What I could pay to the neighbour now'),
    reservedIn: amount.describe('Held for payments from the neighbour to me'),
    reservedOut: amount.describe('Held for payments from me to the neighbour'),
    standing,
  })
  .meta({ id: 'Account' });

/** How far a reserved amount is from being free or paid. */
export const heldStage = z
  .enum(['under-way', 'held', 'let-go'])
  .describe('under-way: there is time left; held: the time is over and the answer is missing; let-go: given up here');

/** An amount that is reserved, and who has to answer before it is freed or paid. */
export const held = z
  .object({
    txId,
    routeIndex: z.int(),
    position: z.int().describe('0 is the payer'),
    kind: z.enum(['pay', 'clear']),
    payer: participant,
    receiver: participant,
    equivalent,
    amount,
    from: participant.nullable().describe('On the account with this neighbour it is kept free to be paid to me'),
    to: participant.nullable().describe('On the account with this neighbour it is kept free to be paid by me'),
    stage: heldStage,
    sinceAtMs: instant,
    expiresAtMs: instant.describe('Until then whoever has to may still agree; from here on the answer is late'),
    waitsFor: participant.describe('Who has to answer'),
    linked: z.boolean().describe('Is that one connected now?'),
    offlineSinceAtMs: instant.nullable().describe('Since when it is not, as far as this start of the node knows'),
    lastAskedAtMs: instant.nullable().describe('When it was asked the last time after the time was over'),
    nextAskAtMs: instant.nullable().describe('About when it is asked again; also as soon as it is connected'),
    canLetGo: z.boolean().describe('Can it be given up at own risk?'),
    letGoAtMs: instant.nullable(),
  })
  .meta({ id: 'Held' });

/** What is reserved in one equivalent, each amount counted once. */
export const heldTotal = z
  .object({
    equivalent,
    underWay: amount.describe('There is time left to decide it'),
    held: amount.describe('The time is over, and the answer is missing'),
    atOwnRisk: amount.describe('Given up here; it may still have to be paid'),
    transactions: z.int().describe('How many there are, of all stages'),
  })
  .meta({ id: 'HeldTotal' });

/** That an amount was given up here, and what that has come to. */
export const letGo = z
  .object({
    atMs: instant,
    amount,
    outcome: z
      .enum(['open', 'nothing', 'cost'])
      .describe('open: not known yet; nothing: nobody has to pay; cost: it was paid, and nobody makes up for it'),
  })
  .meta({ id: 'LetGo' });

/** How one position of this participant in a transaction stands (§4.4). */
export const position = z
  .object({
    routeIndex: z.int(),
    position: z.int().describe('0 is the payer'),
    hops: z.int(),
    state: z.enum(['prepared', 'held', 'committed', 'aborted']),
    amount,
    upstream: participant.nullable(),
    downstream: participant.nullable(),
    incoming: z.enum(['none', 'reserved', 'counted', 'released']).describe('The hop from upstream to me'),
    outgoing: z.enum(['none', 'reserved', 'counted', 'released']).describe('The hop from me to downstream'),
    settled: z.boolean().describe('Nothing is owed or awaited for it any more'),
    waitsFor: participant.nullable(),
    stage: heldStage.nullable().describe('null: nothing is reserved for it'),
    canLetGo: z.boolean(),
    letGo: letGo.nullable().describe('Given up here at own risk'),
    cause: refusal.nullable(),
  })
  .meta({ id: 'Position' });

/** What this participant knows of a transaction. */
export const transaction = z
  .object({
    txId,
    kind: z.enum(['pay', 'clear']),
    paymentId,
    payer: participant,
    receiver: participant,
    equivalent,
    total: amount,
    createdAtMs: instant,
    expiresAtMs: instant,
    memo: z.string().nullable().describe('Only the receiver can read it'),
    positions: z.array(position),
  })
  .meta({ id: 'Transaction' });

/** One line of the history. */
export const historyEntry = z
  .object({
    atMs: instant,
    role: z
      .enum(['payer', 'receiver', 'intermediary'])
      .describe('Of this participant; a clearing is begun by its payer'),
    kind: z.enum(['pay', 'clear']),
    txId: txId.nullable().describe('null: no route was found'),
    paymentId,
    payer: participant,
    receiver: participant,
    equivalent,
    amount,
    state: z.enum(['COMMITTED', 'ABORTED']),
    memo: z.string().nullable(),
    refusal: refusal.nullable(),
    letGo: letGo.nullable().describe('Given up here at own risk'),
  })
  .meta({ id: 'HistoryEntry' });

/** Someone in the address book. */
export const contact = z
  .object({
    pid: z.string(),
    publicKey: hex32,
    name: z.string().nullable().describe('The alias, else the name on the card'),
    alias: z.string().nullable().describe('What the person here calls them; wins over the name on the card'),
    cardName: z.string().nullable().describe('What they call themselves'),
    addresses: z.array(z.string()),
    verified: z.boolean().describe('Marked by the person here as met and compared'),
    linked: z.boolean().describe('Connected now'),
  })
  .meta({ id: 'Contact' });

/** An amount in an equivalent. */
export const money = z.object({ equivalent, amount });

/** An invoice that was decoded, its signature valid. */
export const invoice = z
  .object({
    link: z.string(),
    paymentId,
    payee: participant,
    equivalent,
    amount: amount.nullable().describe('null: the payer says how much'),
    memo: z.string(),
    createdAtMs: instant,
    expiresAtMs: instant,
    expired: z.boolean(),
    payment: payment.nullable().describe('What this participant did to pay it'),
  })
  .meta({ id: 'Invoice' });

/** What a token allows; `pay` includes `read`, `admin` includes both. */
export const scope = z.enum(['read', 'pay', 'admin']);

/** A token for a program that is not this computer's user. Its secret is shown once, when it is made. */
export const token = z
  .object({
    name: z.string(),
    scope,
    dailyCaps: z
      .array(money)
      .describe('Most it may pay in one UTC day; with any cap, other equivalents are not payable'),
    createdAtMs: instant,
    expiresAtMs: instant.nullable(),
  })
  .meta({ id: 'Token' });

/** Why there is no link: `text` is for people, the rest for texts in other languages. */
export const linkTrouble = z
  .object({
    text: z.string().describe('Half a sentence'),
    causes: z.array(
      z.object({ code: z.enum(CAUSE_CODES), facts: z.record(z.string(), z.string()).describe('For most codes: none') }),
    ),
    where: z
      .array(z.object({ address: z.string(), relayed: z.boolean().describe('It is that of a relay on the way') }))
      .describe('Where it was looked for'),
  })
  .meta({ id: 'LinkTrouble' });

/** A neighbour that is linked, or is to be. */
export const peer = z
  .object({
    participant,
    address: z.string().nullable().describe('Where the link goes to; null: there is none now'),
    linkedAtMs: instant.nullable(),
    trouble: linkTrouble.nullable().describe('Why there is no link now; null: there is, or is being made'),
    nextAttemptAtMs: instant.nullable().describe('When it is tried again'),
  })
  .meta({ id: 'Peer' });

/** How others reach this node. */
export const reachability = z
  .object({
    direct: z.enum(['yes', 'no', 'unknown']).describe('Whether others can call it; unknown: nobody has tried yet'),
    relays: z.array(participant).describe('Through whom it can be called besides, now'),
  })
  .meta({ id: 'Reachability' });

/** An announced trust line on the map: `from` lets `to` owe. No limits, no balances. */
export const mapLine = z
  .object({ from: participant, to: participant, equivalent, expiresAtMs: instant })
  .meta({ id: 'MapLine' });

/** What is not worth waiting for, in whole units of whatever equivalent. */
export const dust = z
  .object({
    smallest: amount.describe('Smaller payments of others are not passed on; 0: any is'),
    letGoUpTo: amount.describe('Held amounts up to this are let go a day after their time; 0: none'),
    budget: amount.describe('What may be put at risk in this way altogether'),
    spent: amount.describe('What has been so far'),
  })
  .meta({ id: 'Dust' });
