import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectClient } from '#node/api/client.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { temporaryFolder } from '#test/support/store.ts';

const CHILD = fileURLToPath(new URL('../support/node-child.ts', import.meta.url));

async function newFolder(): Promise<string> {
  const folder = temporaryFolder();
  await createKeyFile(folder, newSeed(), null);
  return folder;
}

/** Starts a node in a process of its own and waits until it is up. */
async function start(folder: string): Promise<ChildProcess> {
  const child = fork(CHILD, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

/** What the process says at its end, and how it ends. */
async function endOf(child: ChildProcess): Promise<unknown> {
  const [[said], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return { said: said as unknown, code: code as unknown };
}

describe('a node as a process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends cleanly at %s', async (signal) => {
    const folder = await newFolder();
    const child = await start(folder);
    const ended = endOf(child);
    child.kill(signal);
    expect(await ended).toEqual({ said: { why: `${signal} was received`, failure: null }, code: 0 });
    expect(readdirSync(folder)).not.toContain('api.json');
    expect(readdirSync(folder)).not.toContain('api.cookie');
  });

  it.each(['throw', 'reject'])('stops with a reason in its log when its code fails: %s', async (how) => {
    const folder = await newFolder();
    const child = await start(folder);
    const ended = endOf(child);
    child.send(how);
    expect(await ended).toEqual({
      ...{
        said: {
          why: 'the node failed',
          failure: { code: 'bug', message: expect.stringContaining('on purpose') as string },
        },
      },
      code: 0,
    });
    expect(readFileSync(join(folder, 'node.log'), 'utf8')).toContain('on purpose');
    await expect(connectClient(folder)).rejects.toMatchObject({ code: 'node-unreachable' });
  });

  it('starts again after it was killed, with another cookie', async () => {
    const folder = await newFolder();
    const child = await start(folder);
    const before = await connectClient(folder);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await expect(before.getStatus()).rejects.toMatchObject({ code: 'node-unreachable' });
    const cookie = readFileSync(join(folder, 'api.cookie'), 'utf8');
    await start(folder);
    expect(readFileSync(join(folder, 'api.cookie'), 'utf8')).not.toBe(cookie);
    expect(await (await connectClient(folder)).getStatus()).toMatchObject({ network: 'geo' });
  });
});
