/** Operations on the network beyond the neighbours: the directory, and who was found. */
import { z } from 'zod';
import { equivalent, equivalentInput, instant, linkTrouble, participant, whoInput } from '../schemas.ts';
import { countQuery, lookUpMs } from './inputs.ts';
import type { Operation } from './operation.ts';

/** What a node knows of the network beyond its neighbours. */
const networkView = z
  .object({
    addresses: z.array(z.string()).describe('Where this node can be reached'),
    directory: z
      .object({
        nodes: z.int().describe('In the routing table'),
        heardOf: z.int().describe('Others that were named'),
        records: z.int().describe('Kept here, for others and the own one'),
        published: z
          .object({
            seq: instant,
            atMs: instant,
            expiresAtMs: instant,
            addresses: z.array(z.string()),
            copies: z.int().describe('Nodes that took it'),
          })
          .nullable()
          .describe('The own record; null: nobody has it yet'),
        lookUps: z
          .array(z.object({ pid: z.string(), startedAtMs: instant, asked: z.int() }))
          .describe('Those that are running'),
      })
      .nullable()
      .describe('null: this node takes no part in it'),
    bootstrap: z.array(
      z.object({
        participant,
        address: z.string(),
        reachedAtMs: instant.nullable().describe('The last time; null: never since the start'),
        trouble: linkTrouble.nullable().describe('Why it was not reached the last time'),
      }),
    ),
    lan: z
      .array(z.object({ participant, addresses: z.array(z.string()), foundAtMs: instant }))
      .nullable()
      .describe('Nodes found on the local network; null: it is not asked'),
  })
  .meta({ id: 'Network' });

export const networkOperations = {
  getNetwork: {
    method: 'GET',
    path: '/v1/network',
    scope: 'read',
    summary:
      'What this node knows of the network: own addresses, directory, bootstrap nodes, nodes on the local network',
    result: networkView,
  },
  getNeighbourhood: {
    method: 'GET',
    path: '/v1/neighbourhood',
    scope: 'read',
    summary: 'The map around this participant: who is how many hops away, and who trusts whom, own lines included',
    query: z.strictObject({
      equivalent: equivalentInput.optional().describe('All in which there are own lines unless given'),
      hops: countQuery(6).optional().describe('How far; 2 unless given'),
      limit: countQuery(5_000).optional().describe('Other people at most, the nearest first; 200 unless given'),
    }),
    result: z.object({
      people: z.array(z.object({ participant, hops: z.int() })).describe('Nearest first, from this participant on'),
      lines: z
        .array(z.object({ from: participant, to: participant, equivalent }))
        .describe('`from` lets `to` owe; between those people only'),
      more: z.boolean().describe('More people are there than were asked for'),
    }),
  },
  findParticipant: {
    method: 'POST',
    path: '/v1/lookups',
    scope: 'pay',
    summary: 'Look for a participant in the directory; adds nobody',
    body: z.strictObject({ who: whoInput, waitMs: lookUpMs.optional() }),
    result: z.object({
      participant,
      addresses: z.array(z.string()).describe('Those that can be dialled from here'),
      host: participant.nullable().describe('Whose node answers for this participant; null: its own'),
      seq: instant.describe('When the record was made'),
      expiresAtMs: instant,
      asked: z.int().describe('Nodes that were asked'),
    }),
  },
} as const satisfies Record<string, Operation>;
