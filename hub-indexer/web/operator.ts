/**
 * What the operator of a running hub asks of it, from the same machine: who can read the data folder finds there where the
 * hub is, and a secret of this start.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Failure } from '#node/failure.ts';
import { writePrivateFile } from '#node/private-file.ts';
import { sendRefusal } from './answers.ts';
import { isWebRefusal, refuse } from './codes.ts';
import type { WebContext } from './context.ts';
import { invitationBody } from './schemas.ts';

const OPERATOR_FILE = 'operator.json';
const SECRET_BYTES = 32;
export const INVITATIONS_PATH = '/operator/invitations';

/** The operator is nobody whom one could owe: there is no limit to suggest. */
const operatorsInvitation = invitationBody.omit({ suggestedLimit: true });
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
  addRoutes(scope: FastifyInstance, { members }: WebContext): void {
    scope.post(
      INVITATIONS_PATH,
      { config: { memberAccess: 'anyone' }, schema: { hide: true, body: operatorsInvitation } },
      async (request, reply) => {
        const { authorization } = request.headers;
        if (authorization === undefined) return sendRefusal(reply, refuse('token-missing', {}));
        if (!this.#isOpenedBy(authorization)) return sendRefusal(reply, refuse('token-wrong', {}));
        const { uses, lifetimeMs } = request.body as z.output<typeof operatorsInvitation>;
        const made = await members.invite(null, { suggestedLimit: null, uses, lifetimeMs });
        return isWebRefusal(made) ? sendRefusal(reply, made) : { invitation: made.token };
      },
    );
  }

  #isOpenedBy(authorization: string): boolean {
    const [given, own] = [authorization, `Bearer ${this.#secret}`].map((text) => Buffer.from(text));
    return given !== undefined && own !== undefined && given.length === own.length && timingSafeEqual(given, own);
  }
}
