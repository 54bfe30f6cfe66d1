/** Routes by which a member comes from elsewhere with all there is of it, and leaves with all there is of it. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { incomingReserved, outgoingReserved } from '#protocol/position.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import type { TrustLine } from '#protocol/trust-line.ts';
import { participantChecksum } from '../integrity/checksum.ts';
import { takeBrought } from '../members/arrival.ts';
import { bundleOf } from '../members/bundle.ts';
import type { HostedMember } from '../members/hosted-member.ts';
import { refuse as refuseHub, type WebRefusal } from './codes.ts';
import { documentText, hashText, publicKeyText } from './forms.ts';
import { readTrustLine, takeTrustLine } from './handed-in.ts';
import { Refused } from './node-errors.ts';
import { addRoute } from './routes.ts';

/** Messages in one request: as many as fit into its body. */
const MOST_BROUGHT = 256;
const MOST_LINES = 64;

/** Ends a member here, for good; the name of one who is hosted here, else null. */
export interface Release {
  readonly nameOf: (publicKey: PublicKey) => string | null;
  /** Not where `whyNot` gives a reason, which is asked in the moment in which its machine ends; then this gives that reason. */
  end(publicKey: PublicKey, whyNot: () => Refused | WebRefusal | null): Promise<Refused | WebRefusal | null>;
  /** Also deletes all that was kept of it. */
  forget(publicKey: PublicKey): Promise<void>;
}

const bundle = z.object({
  summary: z.string().describe('base64: what a backup file begins with, to be sealed with the seed'),
  contents: z.string().describe('base64: all the rest, packed'),
  checksum: hashText.describe('Of the accounts: you may end here while it is still the same'),
});

/** Adds the routes; `memberOf` gives the machine of a member. */
export function addMoveRoutes(
  scope: FastifyInstance,
  memberOf: (publicKey: PublicKey) => HostedMember,
  release: Release,
): void {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  addRoute(scope, {
    ...{ method: 'GET', path: '/participants/me/bundle', name: 'getBundle', access: 'member' },
    summary: 'All there is of you, as a backup that a node of your own can start from',
    input: {},
    result: bundle,
    async handle(_given, { member }) {
      const { summary, contents, checksum } = await bundleOf(memberOf(member.publicKey), release.nameOf);
      return { summary: base64(summary), contents: base64(contents), checksum };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/participants/me/leave', name: 'leave', access: 'signed' },
    summary: 'End here, for good: you have your bundle, and nothing has changed since',
    input: { body: z.strictObject({ checksum: hashText }) },
    result: z.object({ left: z.literal(true) }),
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const why = await release.end(member.publicKey, () => whyNotLeave(hosted, body.checksum));
      return why ?? ({ left: true } as const);
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/participants/me/brought', name: 'bringAlong', access: 'signed' },
    summary: 'What a neighbour has signed for you and you have kept, before you confirm what came back',
    input: {
      body: z.strictObject({ neighbour: publicKeyText, frames: z.array(documentText).min(1).max(MOST_BROUGHT) }),
    },
    result: z.object({ taken: z.int().min(1) }),
    async handle({ body: { neighbour, frames } }, { member }) {
      const hosted = memberOf(member.publicKey);
      for (const frame of frames) {
        const bytes = Uint8Array.from(Buffer.from(frame, 'base64url'));
        const refusal = await takeBrought(hosted, neighbour as PublicKey, bytes);
        if (refusal !== null) return new Refused(hosted.context, refusal);
      }
      return { taken: frames.length };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/participants/me/restoration/lines', name: 'signLinesAnew', access: 'signed' },
    summary: 'Your limits from before your records were lost, signed again by you: older ones are worth nothing then',
    input: { body: z.strictObject({ documents: z.array(documentText).min(1).max(MOST_LINES) }) },
    result: z.object({
      taken: z.array(z.boolean()).describe('Of each. What is not taken was signed since, or is of no line of yours'),
    }),
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const taken: boolean[] = [];
      for (const document of body.documents) {
        const signed = readTrustLine(Uint8Array.from(Buffer.from(document, 'base64url')));
        if (isRefusal(signed)) return new Refused(hosted.context, signed);
        const isWanted = isOfBefore(hosted, signed.line);
        const refusal = isWanted ? await takeTrustLine(hosted, signed) : null;
        if (refusal !== null) return new Refused(hosted.context, refusal);
        taken.push(isWanted);
      }
      return { taken };
    },
  });
  addRoute(scope, {
    ...{ method: 'DELETE', path: '/participants/me', name: 'forgetMe', access: 'signed' },
    summary: 'Be forgotten here: only once you owe nothing, are owed nothing, and nothing of yours is open',
    input: {},
    result: z.object({ forgotten: z.literal(true) }),
    async handle(_given, { member }) {
      const why = memberOf(member.publicKey).whyNotForget();
      if (why !== null) return refuseHub('not-settled', { why });
      await release.forget(member.publicKey);
      return { forgotten: true } as const;
    },
  });
}

/** Was the own line, which this one would replace, signed before records were lost? */
function isOfBefore({ records, publicKey }: HostedMember, { to, equivalent }: TrustLine): boolean {
  const known = records.line(publicKey, to, equivalent);
  const { restoredAtMs } = records.node;
  return known !== undefined && restoredAtMs !== null && known.signed.line.seq <= restoredAtMs + MAX_CLOCK_SKEW_MS;
}

function whyNotLeave(hosted: HostedMember, checksum: string): Refused | WebRefusal | null {
  if (participantChecksum(hosted.records) !== checksum) {
    return new Refused(hosted.context, refuse('bad-document', { why: 'your accounts have changed since' }));
  }
  // What began here is best ended here. What is past its time and held goes along.
  const untilMs = underWayUntilMs(hosted);
  return untilMs >= hosted.context.clock.nowMs() ? refuseHub('payment-under-way', { untilMs }) : null;
}

/** Until when something may be decided that is reserved now; 0: nothing is. */
function underWayUntilMs({ records }: HostedMember): number {
  let untilMs = 0;
  for (const position of records.unsettled()) {
    if (incomingReserved(position) || outgoingReserved(position))
      untilMs = Math.max(untilMs, position.header.expiresAtMs);
  }
  return untilMs;
}
