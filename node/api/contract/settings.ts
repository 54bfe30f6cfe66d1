/** Operations on the settings that can be changed while the node runs. */
import { z } from 'zod';
import { newName } from './inputs.ts';
import type { Operation } from './operation.ts';

const settings = z
  .object({
    name: z.string().nullable().describe('What the own contact card says; null: it has none, and says the PID'),
    clearing: z.enum(['always', 'asked', 'never']).describe('When circles of debt are looked for'),
    announce: z
      .enum(['ask', 'always'])
      .describe('ask: only trust lines of which that was said are put on the public map; always: all of them'),
  })
  .meta({ id: 'Settings' });

export const settingsOperations = {
  getSettings: {
    method: 'GET',
    path: '/v1/settings',
    scope: 'read',
    summary: 'The settings that can be changed while the node runs, as they are in force',
    result: settings,
  },
  changeSettings: {
    method: 'PUT',
    path: '/v1/settings',
    scope: 'admin',
    summary:
      'Change settings, kept in config.toml and in force at once; what is not given stays. A flag or GEO_… variable of a later start is stronger',
    body: z.strictObject({
      name: newName.optional().describe('1 to 64 visible characters'),
      clearing: settings.shape.clearing.optional(),
      announce: settings.shape.announce.optional(),
    }),
    result: settings,
  },
} as const satisfies Record<string, Operation>;
