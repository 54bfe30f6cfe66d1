/** Routes by which a member is found by people elsewhere: its own record in the directory, which it signs itself (§13.7). */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PublicKey } from '#protocol/identity.ts';
import type { Findable, MemberRecords } from '../members/member-records.ts';
import { documentText, publicKeyText } from './forms.ts';
import { addRoute } from './routes.ts';

export type Records = Pick<MemberRecords, 'of' | 'take' | 'hide'>;

const findable = z
  .object({
    wanted: z.boolean().describe('false: you said that nobody shall find you. It is true until you do'),
    possible: z.boolean().describe('Does the hub take part in the directory?'),
    addresses: z.array(z.string()).describe('Of the hub: what a record should say, best first'),
    record: z
      .object({
        host: publicKeyText,
        seq: z.int(),
        expiresAtMs: z.int(),
        addresses: z.array(z.string()),
      })
      .nullable()
      .describe('Your record as the hub publishes it; null: there is none that counts now'),
  })
  .meta({ id: 'Findable' });

const PATH = '/participants/me/record';

export function addRecordRoutes(scope: FastifyInstance, records: Records): void {
  addRoute(scope, {
    ...{ method: 'GET', path: PATH, name: 'getRecord', access: 'member' },
    summary: 'Whether people elsewhere find you by your PID, and what your record should say',
    input: {},
    result: findable,
    handle: (_given, { member }) => view(records, member.publicKey),
  });
  addRoute(scope, {
    ...{ method: 'PUT', path: PATH, name: 'putRecord', access: 'signed' },
    summary: 'Be found through this hub: your participant record (§13.7), signed by you, which names it as your host',
    input: { body: z.strictObject({ document: documentText }) },
    result: findable,
    async handle({ body }, { member }) {
      const bytes = Uint8Array.from(Buffer.from(body.document, 'base64url'));
      return (await records.take(member.publicKey, bytes)) ?? view(records, member.publicKey);
    },
  });
  addRoute(scope, {
    ...{ method: 'DELETE', path: PATH, name: 'deleteRecord', access: 'signed' },
    summary: 'Be found by nobody: the hub publishes your record no more. Copies elsewhere end within a day',
    input: {},
    result: findable,
    async handle(_given, { member }) {
      await records.hide(member.publicKey);
      return view(records, member.publicKey);
    },
  });
}

function view(records: Records, member: PublicKey): z.input<typeof findable> {
  const { isWanted, isPossible, addresses, record }: Findable = records.of(member);
  return {
    ...{ wanted: isWanted, possible: isPossible, addresses: [...addresses] },
    record: record && {
      ...{ host: record.host as PublicKey, seq: record.seq, expiresAtMs: record.expiresAtMs },
      addresses: [...record.addresses],
    },
  };
}
