/** Operations on who there is: this participant, its neighbours, its contacts. */
import { z } from 'zod';
import {
  amount,
  contact,
  duration,
  equivalent,
  heldTotal,
  instant,
  linkTrouble,
  participant,
  peer,
  reachability,
  restored,
  whoInput,
} from '../schemas.ts';
import { addressesInput, done, lookUpMs, moneyInput, newName } from './inputs.ts';
import type { Operation } from './operation.ts';

export const peopleOperations = {
  getStatus: {
    method: 'GET',
    path: '/v1/status',
    scope: 'read',
    summary: 'Who this node is, how it is doing, and how much is held',
    result: z.object({
      participant,
      network: z.string(),
      version: z.string(),
      instance: z.string().describe('New at each start'),
      startedAtMs: instant,
      uptimeMs: duration,
      addresses: z.array(z.string()),
      reachability,
      restored: restored.nullable().describe('null: no records were lost, or all that is done with'),
      counts: z.object({
        contacts: z.int(),
        linked: z.int(),
        accounts: z.int(),
        trustLinesGiven: z.int(),
        trustLinesReceived: z.int(),
        unsettled: z.int().describe('Positions that still owe or await a message'),
        mapLines: z.int(),
      }),
      held: z.array(heldTotal),
    }),
  },
  stop: {
    method: 'POST',
    path: '/v1/stop',
    scope: 'admin',
    summary: 'Stop the node; answers before it does',
    result: z.object({ stopping: z.literal(true) }),
  },
  getId: {
    method: 'GET',
    path: '/v1/id',
    scope: 'read',
    summary: 'This participant, its addresses and its contact card',
    result: z.object({
      participant,
      network: z.string(),
      addresses: z.array(z.string()),
      card: z.string().describe('geo: link'),
    }),
  },
  makeCard: {
    method: 'POST',
    path: '/v1/cards',
    scope: 'admin',
    summary: 'Make a contact card; with a suggested limit it is an invitation',
    body: z.strictObject({
      suggestedLimit: moneyInput.optional().describe('What the one who takes it is asked to let this participant owe'),
      expiresAtMs: instant.optional(),
    }),
    result: z.object({ card: z.string().describe('geo: link') }),
  },
  listPeers: {
    method: 'GET',
    path: '/v1/peers',
    scope: 'read',
    summary: 'Neighbours that are linked now, and those that cannot be reached, with the reason',
    result: z.object({ peers: z.array(peer), reachability }),
  },
  connectPeer: {
    method: 'POST',
    path: '/v1/peers',
    scope: 'admin',
    summary: 'Stay connected with someone, at these addresses or the known ones; answers when linked or after waitMs',
    body: z.strictObject({
      who: whoInput,
      addresses: addressesInput.optional(),
      waitMs: z.int().min(0).max(60_000).optional().describe('5000 unless given'),
    }),
    result: z.object({
      participant,
      linked: z.boolean(),
      trouble: linkTrouble.nullable().describe('Why there is no link yet'),
    }),
  },
  listContacts: {
    method: 'GET',
    path: '/v1/contacts',
    scope: 'read',
    summary: 'The address book',
    result: z.object({ contacts: z.array(contact) }),
  },
  putContact: {
    method: 'POST',
    path: '/v1/contacts',
    scope: 'admin',
    summary:
      'Add someone by contact card, by PID (looked up in the directory), or by key and addresses; or change alias, addresses or the verified mark',
    body: z.strictObject({
      who: whoInput,
      alias: newName.optional(),
      addresses: addressesInput.optional(),
      verified: z.boolean().optional().describe('You met and compared words or scanned the code'),
      allowLookAlike: z.boolean().optional().describe('Take an alias although it looks like another one'),
      waitMs: lookUpMs.optional(),
    }),
    result: z.object({
      contact,
      suggestedLimit: z
        .object({ equivalent, amount })
        .nullable()
        .describe('What an invitation suggests to let them owe'),
      warnings: z.array(z.string()),
      found: z.boolean().describe('Key or addresses come from the directory'),
    }),
  },
  removeContact: {
    method: 'DELETE',
    path: '/v1/contacts/{who}',
    scope: 'admin',
    summary: 'Remove someone with whom no account is open',
    params: z.strictObject({ who: whoInput }),
    result: done,
  },
} as const satisfies Record<string, Operation>;
