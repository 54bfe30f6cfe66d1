import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { operations } from '#node/api/contract.ts';
import { handlers } from '#node/api/handlers.ts';
import { amount, balance, cursor, equivalent, participant } from '#node/api/schemas.ts';

interface Loose {
  readonly method: string;
  readonly path: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
}

const all = Object.entries(operations) as [keyof typeof operations, Loose][];

describe('the contract', () => {
  it('has a handler for each operation and no other', () => {
    expect(Object.keys(handlers).sort()).toEqual(Object.keys(operations).sort());
  });

  it('has one operation for a method and path', () => {
    const routes = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it.each(all)('%s names each of its inputs once, and its path all of its params', (_name, operation) => {
    const fields = [operation.params, operation.query, operation.body].flatMap((part) =>
      Object.keys(part?.shape ?? {}),
    );
    expect(new Set(fields).size).toBe(fields.length);
    const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(inPath).toEqual(Object.keys(operation.params?.shape ?? {}));
    if (operation.method === 'GET' || operation.method === 'DELETE') expect(operation.body).toBeUndefined();
  });

  it.each(all)('%s refuses a field that it does not have', (_name, { params, query, body }) => {
    for (const part of [params, query, body]) {
      const issues = part?.safeParse({ unknown: 1 }).error?.issues ?? [{ code: 'unrecognized_keys' }];
      expect(issues.map(({ code }) => code)).toContain('unrecognized_keys');
    }
  });
});

describe('values', () => {
  it.each(['0', '1', '12.5', '0.00000001', '92233720368.54775807'])('%s is an amount', (text) => {
    expect(amount.safeParse(text).success).toBe(true);
    expect(balance.safeParse(`-${text}`).success).toBe(true);
  });

  it.each(['', '-1', '+1', '01', '.5', '5.', '1e3', '1,5', ' 1', '1.123456789', '٣', 5, null])(
    '%j is none',
    (value) => {
      expect(amount.safeParse(value).success).toBe(false);
    },
  );

  it('an equivalent, a cursor and a participant have one form', () => {
    expect(equivalent.safeParse('kWh').success).toBe(true);
    expect(equivalent.safeParse('k-h').success).toBe(false);
    expect(cursor.safeParse('00ff:12').success).toBe(true);
    expect(cursor.safeParse('00ff:-1').success).toBe(false);
    expect(participant.safeParse({ pid: 'x', publicKey: 'ab', name: null }).success).toBe(false);
  });
});
