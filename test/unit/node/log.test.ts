import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '#node/log.ts';
import { temporaryFolder } from '#test/support/store.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const file = join(temporaryFolder(), 'below', 'node.log');
  const log = createLog({ level: 'info', file });
  write(log);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

it('a log is one object a line, with level and time', () => {
  const lines = logged((log) => {
    log.debug('not this');
    log.info({ neighbour: 'bob' }, 'connected');
  });
  expect(lines).toMatchObject([{ level: 'info', neighbour: 'bob', msg: 'connected' }]);
  expect(lines[0]?.time).toMatch(/^20\d\d-\d\d-\d\dT.*Z$/);
});

it('a log keeps secrets to itself, wherever they are', () => {
  const names = [
    'seed',
    'words',
    'token',
    'cookie',
    'passphrase',
    'privateKey',
    'secret',
    'authorization',
    'randomness',
  ];
  const secrets = Object.fromEntries(names.map((name) => [name, 'hunter2']));
  const lines = logged((log) => log.info({ ...secrets, request: { ...secrets, headers: secrets } }, 'x'));
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  expect(JSON.stringify(lines).match(/\[secret\]/g)).toHaveLength(3 * names.length);
});

it('a log of an error says what it was', () => {
  const lines = logged((log) => log.error({ err: new Error('broken') }, 'x'));
  expect(lines).toMatchObject([{ err: { message: 'broken', stack: expect.any(String) } }]);
});

it('a log that cannot be written to stops nothing', () => {
  if (process.platform === 'linux') createLog({ level: 'info', file: '/dev/full' }).info('lost');
  expect(() => createLog({ level: 'info', file: temporaryFolder() })).toThrow(
    expect.objectContaining({ code: 'folder-unreadable' }),
  );
});
