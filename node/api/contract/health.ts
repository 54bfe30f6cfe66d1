/** The operation on the node's health. */
import { z } from 'zod';
import { finding } from '../schemas.ts';
import type { Operation } from './operation.ts';

export const healthOperations = {
  diagnose: {
    method: 'POST',
    path: '/v1/diagnosis',
    scope: 'admin',
    summary: 'Look for the usual troubles, and say what to do; reads every record, which may take a while',
    result: z.object({ findings: z.array(finding) }),
  },
} as const satisfies Record<string, Operation>;
