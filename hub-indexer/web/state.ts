/**
 * All that a page shows first, in one answer. Who has read it before names the rows that it still has, and is not sent those
 * again: the hub remembers nothing of who has read what.
 */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { type OperationName, operations, type Result } from '#node/api/contract.ts';
import type { ParticipantHandler } from '#node/api/handler.ts';
import { getClearing } from '#node/api/operations/clearing.ts';
import { getStatus, listContacts } from '#node/api/operations/people.ts';
import { getHistory, listHeld } from '#node/api/operations/transactions.ts';
import { getBalance, listTrustLines } from '#node/api/operations/trust.ts';
import { encode } from '#protocol/codec.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { signedTrustLineShape } from '#protocol/trust-line.ts';
import { documentText } from './forms.ts';
import { addRoute } from './routes.ts';

const ENTRIES = 100;
const MOST_ENTRIES = 1_000;
/** 48 bits: a row and what becomes of it have the same name once in 10¹⁴ times. */
const NAME_CHARACTERS = 8;
const MOST_NAMES = 5_000;

const names = z.array(z.string().regex(/^[A-Za-z0-9_-]{8}$/));
/** Of lists in which few rows change at a time. However many rows there are, all of them have names in an answer. */
const namesOf = (list: typeof names) =>
  z.strictObject({ contacts: list, accounts: list, trustLines: list, held: list, entries: list, lines: list });
const known = namesOf(names.max(MOST_NAMES)).partial();

const parts = z.object({
  getStatus: operations.getStatus.result,
  listContacts: operations.listContacts.result,
  getBalance: operations.getBalance.result,
  listTrustLines: operations.listTrustLines.result,
  listHeld: operations.listHeld.result,
  getClearing: operations.getClearing.result,
  getHistory: operations.getHistory.result,
});
const state = z.object({
  cursor: z.string(),
  parts,
  lines: z.array(documentText).describe('Your trust lines and those that others give you, as they were signed'),
  rows: namesOf(names)
    .optional()
    .describe(
      'Where you name what you have: names of all rows of each list, in order; what you named is not in the list',
    ),
});
type State = z.input<typeof state>;

/** Adds it. `contextOf` gives what belongs to a member. */
export function addState(scope: FastifyInstance, contextOf: (member: PublicKey) => ParticipantContext): void {
  addRoute(scope, {
    ...{ method: 'POST', path: '/participants/me/state', name: 'getState', access: 'member' },
    summary: 'All that a page shows first, as of one moment, but for what it has; with where events go on from there',
    input: {
      body: z.strictObject({
        entries: z.int().min(1).max(MOST_ENTRIES).optional().describe(`${ENTRIES} unless given`),
        known: known
          .optional()
          .describe('Names of rows that you have, as an earlier answer gave them; none of any list at first'),
      }),
    },
    result: state,
    async handle({ body }, { member }) {
      const whole = await wholeState(contextOf(member.publicKey), body.entries ?? ENTRIES);
      return body.known === undefined ? whole : withoutKnown(whole, body.known);
    },
  });
}

async function wholeState(context: ParticipantContext, limit: number): Promise<Omit<State, 'rows'>> {
  const part = async <N extends OperationName>(handler: ParticipantHandler<N>, input: object = {}) =>
    (await handler(context, input, null)) as Result<N>;
  const { cursor } = context.events;
  return {
    cursor,
    parts: {
      getStatus: await part(getStatus),
      listContacts: await part(listContacts),
      getBalance: await part(getBalance),
      listTrustLines: await part(listTrustLines),
      listHeld: await part(listHeld),
      getClearing: await part(getClearing),
      getHistory: await part(getHistory, { limit }),
    },
    lines: [...context.driver.records.lines()].map(({ signed }) =>
      Buffer.from(encode(signedTrustLineShape, signed)).toString('base64url'),
    ),
  };
}

function withoutKnown({ cursor, parts, lines }: Omit<State, 'rows'>, has: z.output<typeof known>): State {
  const { listContacts, getBalance, listTrustLines, listHeld, getHistory } = parts;
  const contacts = rowsOf(listContacts.contacts, has.contacts);
  const accounts = rowsOf(getBalance.accounts, has.accounts);
  const trustLines = rowsOf(listTrustLines.trustLines, has.trustLines);
  const held = rowsOf(listHeld.held, has.held);
  const entries = rowsOf(getHistory.entries, has.entries);
  const documents = rowsOf(lines, has.lines);
  return {
    cursor,
    parts: {
      ...parts,
      listContacts: { ...listContacts, contacts: contacts.news },
      getBalance: { ...getBalance, accounts: accounts.news },
      listTrustLines: { ...listTrustLines, trustLines: trustLines.news },
      listHeld: { ...listHeld, held: held.news },
      getHistory: { ...getHistory, entries: entries.news },
    },
    lines: documents.news,
    rows: {
      ...{ contacts: contacts.names, accounts: accounts.names, trustLines: trustLines.names },
      ...{ held: held.names, entries: entries.names, lines: documents.names },
    },
  };
}

/** The names of all rows, and the rows that are not known by theirs. */
function rowsOf<R>(rows: readonly R[], named: readonly string[] = []): { names: string[]; news: R[] } {
  const has = new Set(named);
  const names = rows.map((row) => hash('sha256', JSON.stringify(row), 'base64url').slice(0, NAME_CHARACTERS));
  return { names, news: rows.filter((_row, index) => !has.has(names[index] as string)) };
}
