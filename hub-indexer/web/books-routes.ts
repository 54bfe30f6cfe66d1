/** Routes by which a member's browser checks its balances by what proves them, and signs checkpoints. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { balance, equivalent } from '#node/api/schemas.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { HandedCheckpoint } from '#protocol/delegation/handed-in.ts';
import { type PublicKey, parsePid, pidOf } from '#protocol/identity.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import type { HostedMember } from '../members/hosted-member.ts';
import { type AccountProof, accountProofs, type EntryProof, journalAfter } from '../members/proofs.ts';
import { documentText, hashText, lineParams, publicKeyText } from './forms.ts';
import { checkpointFlaw, readCheckpoint, takeCheckpoint } from './handed-in.ts';
import { Refused } from './node-errors.ts';
import { addRoute } from './routes.ts';

/** Checkpoints in one request: they fit into its body. */
const MOST_SIGNED = 64;

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const account = z.object({
  neighbour: publicKeyText,
  equivalent,
  balance,
  entries: z.int().min(0).describe('Entries in the journal of the account'),
  head: hashText.describe('Head of the journal after the last one (§3.4)'),
  agreed: base64url.nullable().describe('The last checkpoint, signed-checkpoint of protocol/wire.cddl in base64url'),
  wanted: base64url.nullable().describe('A checkpoint that waits for your signature, in base64url'),
});
const books = z.object({ accounts: z.array(account) });
const entry = z.object({
  number: z.int().min(1),
  head: hashText,
  hop: z
    .object({ txId: hashText, routeIndex: z.int().min(0), hop: z.int().min(0), createdAtMs: z.int().min(0) })
    .nullable()
    .describe('null: the balance was set to what a checkpoint says'),
  delta: balance.describe('Change of the balance'),
  certificate: base64url.nullable().describe('By which the hop counts: a receipt (§13.4), in base64url'),
  abort: base64url.nullable().describe('By which it does not count any more: the message ABORT, in base64url'),
});
const journalPart = z.object({
  after: z.int().min(0).describe('The number of the entry before these: as asked, or that of the last checkpoint'),
  afterHead: hashText,
  entries: z.array(entry).describe('None: there are no more'),
});

/** Adds the routes; `memberOf` gives the machine of a member. */
export function addBooksRoutes(scope: FastifyInstance, memberOf: (publicKey: PublicKey) => HostedMember): void {
  addRoute(scope, {
    ...{ method: 'GET', path: '/balance/proofs', name: 'getBalanceProofs', access: 'member' },
    summary: 'Your accounts with their last checkpoints, and those that wait for your signature',
    input: {},
    result: books,
    async handle(_given, { member }) {
      const { records, context } = memberOf(member.publicKey);
      // What it is asked to sign is on disk before: it signs nothing else for that epoch.
      const command = { type: 'propose-checkpoints', which: 'due' } as const;
      await context.driver.submit({ type: 'command', command });
      return { accounts: accountProofs(records).map(viewAccount) };
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/balance/proofs/:id', name: 'getJournal', access: 'member' },
    summary: 'What was booked on one account after an entry, and what proves it; some entries at a time',
    input: {
      params: lineParams,
      querystring: z.strictObject({ after: z.coerce.number().int().min(0), head: hashText }),
    },
    result: journalPart,
    handle({ params, querystring }, { member }) {
      const { records, context } = memberOf(member.publicKey);
      const [pid, unit] = params.id.split(':') as [string, string];
      const parsed = parsePid(pid);
      const known = [...records.accounts()].find(
        (one) => one.equivalent === unit && !isRefusal(parsed) && pidOf(one.neighbour) === parsed,
      );
      if (known === undefined) return new Refused(context, refuse('no-account', { neighbour: pid, equivalent: unit }));
      const part = journalAfter(records, known, querystring.after, querystring.head);
      return { ...part, entries: part.entries.map(viewEntry) };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/checkpoints', name: 'signCheckpoints', access: 'signed' },
    summary:
      'Checkpoints that you signed: handed-checkpoint of protocol/wire.cddl, each in base64url; all yours, or none is taken',
    input: { body: z.strictObject({ documents: z.array(documentText).min(1).max(MOST_SIGNED) }) },
    result: z.object({ taken: z.int().min(0).describe('Others came too late: the books had moved on') }),
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const all: HandedCheckpoint[] = [];
      for (const document of body.documents) {
        const handed = readCheckpoint(Uint8Array.from(Buffer.from(document, 'base64url')));
        const refusal = isRefusal(handed) ? handed : checkpointFlaw(hosted, handed);
        if (refusal !== null) return new Refused(hosted.context, refusal);
        all.push(handed as HandedCheckpoint);
      }
      let taken = 0;
      for (const handed of all) if ((await takeCheckpoint(hosted, handed)) === null) taken++;
      return { taken };
    },
  });
}

const text = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('base64url');

function viewAccount({ account: known, agreed, wanted }: AccountProof): z.input<typeof account> {
  const { neighbour, equivalent: unit, entries, journalHead: head } = known;
  const shown = formatAmount(known.balance);
  return { neighbour, equivalent: unit, balance: shown, entries, head, agreed: text(agreed), wanted: text(wanted) };
}

function viewEntry({ entry: known, certificate, abort }: EntryProof): z.input<typeof entry> {
  const { number, head, hop, delta } = known;
  return { number, head, hop, delta: formatAmount(delta), certificate: text(certificate), abort: text(abort) };
}
