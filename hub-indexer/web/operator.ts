/**
 * What the operator of a running hub asks of it, from the same machine: who can read the data folder finds there where the
 * hub is, and a secret of this start.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Failure } from '#node/failure.ts';
import { writePrivateFile } from '#node/private-file.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { AuditAct, AuditEntry, AuditLog } from '../integrity/audit-log.ts';
import type { BlockedAccount, BlockedAccounts } from '../integrity/blocked.ts';
import type { ChainFlaw } from '../integrity/chain.ts';
import type { Integrity } from '../integrity/integrity.ts';
import type { AccountEnd } from '../integrity/violation.ts';
import { sendRefusal } from './answers.ts';
import { isWebRefusal, refuse } from './codes.ts';
import type { WebContext } from './context.ts';
import { invitationBody } from './schemas.ts';

const OPERATOR_FILE = 'operator.json';
const SECRET_BYTES = 32;
export const INVITATIONS_PATH = '/operator/invitations';
export const AUDIT_PATH = '/operator/audit';
export const BLOCKED_PATH = '/operator/blocked';
export const UNBLOCK_PATH = '/operator/unblock';
/** Entries of the audit log that are told in one answer. */
export const MOST_AUDIT_ENTRIES = 10_000;

/** Who does it, for the audit log; and why. */
const by = z.string().min(1).max(64).default('operator');
const why = z.string().trim().min(1).max(1_000);
/** The operator is nobody whom one could owe: there is no limit to suggest. */
const operatorsInvitation = invitationBody.omit({ suggestedLimit: true }).extend({ by });
const auditQuery = z.strictObject({ most: z.coerce.number().int().min(1).max(MOST_AUDIT_ENTRIES) });
const somebody = z.string().min(1).max(128);
const unblockBody = z.strictObject({ participant: somebody, neighbour: somebody, equivalent: somebody, by, why });
const doorShape = z.object({ url: z.string(), secret: z.string() });

/** Where the hub of a data folder is, and what opens it to its operator. Throws a Failure when none runs there. */
export function readOperatorDoor(dataDir: string): z.output<typeof doorShape> {
  try {
    return doorShape.parse(JSON.parse(readFileSync(join(dataDir, OPERATOR_FILE), 'utf8')));
  } catch (cause) {
    throw notRunning(dataDir, cause);
  }
}

/** The failure of whoever asks a hub that is not there. */
export function notRunning(dataDir: string, cause: unknown): Failure {
  return new Failure('node-unreachable', `No hub that hosts members runs on ${dataDir}.`, {
    cause,
    hint: 'Start it with `geo hub start --members invitation`.',
  });
}

export class OperatorDoor {
  readonly #secret = randomBytes(SECRET_BYTES).toString('base64url');
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, OPERATOR_FILE);
  }

  /** Tells the operator's tools where the hub is. */
  async open(url: string): Promise<void> {
    await writePrivateFile(this.#path, `${JSON.stringify({ url, secret: this.#secret })}\n`);
  }

  close(): void {
    rmSync(this.#path, { force: true });
  }

  /** Routes for the operator, which are nobody else's business: no document tells of them. */
  addRoutes(scope: FastifyInstance, { members, clock }: WebContext, { audit, blocked, keeper }: Integrity): void {
    const add = (method: 'GET' | 'POST', url: string, schema: object, handle: Handle): void => {
      scope.route({
        ...{ method, url, config: { memberAccess: 'anyone' }, schema: { hide: true, ...schema } },
        handler: async (request, reply) => {
          const { authorization } = request.headers;
          if (authorization === undefined) return sendRefusal(reply, refuse('token-missing', {}));
          if (!this.#isOpenedBy(authorization)) return sendRefusal(reply, refuse('token-wrong', {}));
          const answer = await handle(request);
          return isWebRefusal(answer) ? sendRefusal(reply, answer) : answer;
        },
      });
    };
    add('POST', INVITATIONS_PATH, { body: operatorsInvitation }, async ({ body }) => {
      const { uses, lifetimeMs, by: who } = body as z.output<typeof operatorsInvitation>;
      const made = await members.invite(null, { suggestedLimit: null, uses, lifetimeMs });
      if (isWebRefusal(made)) return made;
      // Before anybody has it.
      await audit.append({
        ...{ who, what: 'invite', words: `an invitation was made that ${uses} may come by` },
        facts: [
          { name: 'uses', value: String(uses) },
          { name: 'expiresAtMs', value: String(clock.nowMs() + lifetimeMs) },
        ],
      });
      return { invitation: made.token };
    });
    add('GET', AUDIT_PATH, { querystring: auditQuery }, ({ query }) =>
      viewAudit(audit, (query as z.output<typeof auditQuery>).most),
    );
    add('GET', BLOCKED_PATH, {}, () => viewBlocked(blocked));
    add('POST', UNBLOCK_PATH, { body: unblockBody }, async ({ body }) => {
      const { participant, neighbour, equivalent, by: who, why: reason } = body as z.output<typeof unblockBody>;
      const isBetween = (end: AccountEnd): boolean =>
        end.equivalent === equivalent &&
        ((isNamed(end.participant, participant) && isNamed(end.neighbour, neighbour)) ||
          (isNamed(end.participant, neighbour) && isNamed(end.neighbour, participant)));
      const letGo = blocked.all().filter(isBetween);
      for (const end of letGo) await blocked.unblock(end, who, reason);
      // One that is still broken is blocked again before anybody uses it for long.
      if (letGo.length > 0) await keeper.checkAnew();
      return { letGo: letGo.map(viewEnd), blockedAgain: blocked.all().filter(isBetween).map(viewEnd) };
    });
  }

  #isOpenedBy(authorization: string): boolean {
    const [given, own] = [authorization, `Bearer ${this.#secret}`].map((text) => Buffer.from(text));
    return given !== undefined && own !== undefined && given.length === own.length && timingSafeEqual(given, own);
  }
}

type Handle = (request: FastifyRequest) => Promise<object> | object;

/** By PID or by key. */
function isNamed(publicKey: PublicKey, name: string): boolean {
  return publicKey === name || pidOf(publicKey) === name;
}

/** The audit log as the operator is shown it. */
export interface AuditView {
  /** How many entries there are. */
  readonly total: number;
  /** The newest of them, oldest first. */
  readonly entries: readonly (AuditAct & Pick<AuditEntry, 'number' | 'atMs' | 'hash'>)[];
  /** Where the log is not as it was written; null: nowhere. */
  readonly flaw: ChainFlaw | null;
}

export async function viewAudit(log: AuditLog, most: number): Promise<AuditView> {
  const flaw = await log.verifyAuditChain();
  const entries = log.latest(most).map(({ number, atMs, hash, body }) => ({ number, atMs, hash, ...body }));
  return { total: log.head.number, entries: entries.reverse(), flaw };
}

/** An end of an account, with the PIDs by which people know who that is. */
type EndView = AccountEnd & { readonly participantPid: string; readonly neighbourPid: string };

export interface BlockedView {
  readonly blocked: readonly (BlockedAccount & EndView)[];
}

/** What became of accounts that an operator has let go. */
export interface UnblockView {
  readonly letGo: readonly EndView[];
  readonly blockedAgain: readonly (BlockedAccount & EndView)[];
}

export function viewBlocked(blocked: BlockedAccounts): BlockedView {
  return { blocked: blocked.all().map(viewEnd) };
}

function viewEnd<E extends AccountEnd>(end: E): E & EndView {
  return { ...end, participantPid: pidOf(end.participant), neighbourPid: pidOf(end.neighbour) };
}
