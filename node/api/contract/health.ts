/** The operation on the node's health. */
import { z } from 'zod';
import { FINDING_CODES } from '../../doctor/codes.ts';
import { CHECKS } from '../../doctor/finding.ts';
import { money } from '../schemas.ts';
import type { Operation } from './operation.ts';

const findingFacts = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string()), z.array(money)]));

/** One of the usual troubles, or that it is none. */
const finding = z
  .object({
    check: z.enum(CHECKS),
    state: z.enum(['well', 'note', 'attention']),
    code: z.enum(FINDING_CODES).describe('What was found: one for each pair of text and advice'),
    facts: findingFacts.describe('All that its text was made from, for texts in other languages'),
    text: z.string(),
    advice: z.string().nullable().describe('What to do'),
  })
  .meta({ id: 'Finding' });

export const healthOperations = {
  diagnose: {
    method: 'POST',
    path: '/v1/diagnosis',
    scope: 'admin',
    summary: 'Look for the usual troubles, and say what to do; reads every record, which may take a while',
    result: z.object({ findings: z.array(finding) }),
  },
} as const satisfies Record<string, Operation>;
