import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockHolder } from '#node/store/lock.ts';
import { openStore } from '#node/store/store.ts';
import type { Account } from '#protocol/account.ts';
import { recordKey } from '#protocol/record-key.ts';
import { Records } from '#protocol/records.ts';
import { numbered } from '#test/support/numbered-records.ts';
import { person } from '#test/support/people.ts';
import { atScale } from '#test/support/scale.ts';
import { temporaryFolder } from '#test/support/store.ts';

const CHILD = fileURLToPath(new URL('../support/store-child.ts', import.meta.url));
const KILLS = atScale(10, 30);

interface Running {
  readonly process: ChildProcess;
  /** The next line it says, or undefined when it has ended. */
  line(): Promise<string | undefined>;
}

function run(command: string, ...args: string[]): Running {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async line() {
      const next = await lines.next();
      return next.done === true ? undefined : next.value;
    },
  };
}

const runChild = (mode: 'hold' | 'write', folder: string) => run(process.execPath, CHILD, mode, folder);

async function ended({ process }: Running): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}

/** Loads the folder and checks that the numbers 0 … at least `acknowledged` are there as a whole. */
async function expectSaved(folder: string, acknowledged: number): Promise<void> {
  const store = await openStore(folder);
  await store.load(new Records(person(1).key, 'geo', store.read));
  const [first, account] = numbered(0);
  const saved = Number((store.read(recordKey(account)) as Account | undefined)?.balance ?? -1n);
  expect(saved).toBeGreaterThanOrEqual(acknowledged);
  for (let number = 0; number <= saved; number++) {
    const [record] = numbered(number);
    expect(store.read(recordKey(record))).toStrictEqual(record);
  }
  expect(first.type).toBe('paid');
  expect(store.read(recordKey(numbered(saved + 1)[0]))).toBeUndefined();
  await store.close();
}

describe('a process that is killed', () => {
  it(`loses nothing that it acknowledged, and half a batch never stays, ${KILLS} times`, async () => {
    for (let round = 0; round < KILLS; round++) {
      const folder = temporaryFolder();
      const child = runChild('write', folder);
      expect(await child.line()).toBe('open');
      let acknowledged = -1;
      for (let count = 0; count < 1 + 3 * round; count++) acknowledged = Number(await child.line());
      child.process.kill('SIGKILL');
      for (let line = await child.line(); line !== undefined; line = await child.line()) acknowledged = Number(line);
      await ended(child);
      await expectSaved(folder, acknowledged);
    }
  });

  it('counts as dead although its parent has not collected it', async () => {
    // Only Linux says so of a process.
    if (process.platform !== 'linux') return;
    const folder = temporaryFolder();
    const parent = run('sh', '-c', `"$0" "$@" & echo $!; exec sleep 120`, process.execPath, CHILD, 'write', folder);
    const pid = Number(await parent.line());
    expect(await parent.line()).toBe('open');
    expect(lockHolder(folder)?.pid).toBe(pid);
    process.kill(pid, 'SIGKILL');
    while (lockHolder(folder) !== null) await new Promise(setImmediate);
    expect(() => process.kill(pid, 0)).not.toThrow();
    // Its threads give LevelDB's lock back a moment later.
    for (let opened = false; !opened; ) {
      opened = await openStore(folder).then(
        (store) => store.close().then(() => true),
        (failure: unknown) => {
          expect(failure).toMatchObject({ code: 'folder-in-use' });
          return false;
        },
      );
    }
  });

  it('leaves a lock that the next one takes over', async () => {
    const folder = temporaryFolder();
    const child = runChild('hold', folder);
    expect(await child.line()).toBe('open');
    child.process.kill('SIGKILL');
    await ended(child);
    expect(existsSync(join(folder, 'lock'))).toBe(true);
    expect(lockHolder(folder)).toBeNull();
    await (await openStore(folder)).close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});

describe('a disk without room', () => {
  it('is said so; what was acknowledged before stays, and with room the store goes on', async () => {
    const folder = temporaryFolder();
    // A limit on the size of files stands for the end of the disk: writing beyond it fails in the same place.
    const child = run('sh', '-c', `ulimit -f 64; exec "$0" "$@"`, process.execPath, CHILD, 'write', folder);
    expect(await child.line()).toBe('open');
    let acknowledged = -1;
    let last: string | undefined;
    for (let line = await child.line(); line !== undefined; line = await child.line()) {
      last = line;
      if (/^\d+$/.test(line)) acknowledged = Number(line);
    }
    expect(last).toBe('disk-full');
    await ended(child);
    expect(acknowledged).toBeGreaterThan(10);
    await expectSaved(folder, acknowledged);
  });
});

describe('a second start on a folder', () => {
  it('in another process is refused, naming the process and since when', async () => {
    const folder = temporaryFolder();
    const child = runChild('hold', folder);
    expect(await child.line()).toBe('open');
    const before = readFileSync(join(folder, 'lock'), 'utf8');
    for (let time = 0; time < 2; time++) {
      await expect(openStore(folder)).rejects.toMatchObject({
        code: 'folder-in-use',
        message: expect.stringMatching(`^Process ${child.process.pid} has been using .* since 20..-..-..T`),
        hint: expect.stringContaining('--data-dir'),
      });
    }
    expect(lockHolder(folder)?.pid).toBe(child.process.pid);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(before);
    child.process.stdin?.end();
    await ended(child);
    await (await openStore(folder)).close();
  });

  it('in the same process is refused and does not disturb the first', async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    for (let time = 0; time < 2; time++) {
      await expect(openStore(folder)).rejects.toMatchObject({
        code: 'folder-in-use',
        message: expect.stringContaining(`Process ${process.pid} `),
      });
    }
    await store.write(numbered(0), { sync: true });
    // Still locked for other processes too, which LevelDB alone would not hold to.
    const other = spawnSync(process.execPath, [CHILD, 'hold', folder], { encoding: 'utf8', input: '' });
    expect(other.stdout).toBe('folder-in-use\n');
    await store.close();
    await expectSaved(folder, 0);
  });

  it('by several at once is granted to exactly one', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, sinceMs: Date.now(), processStart: null }));
    const children = Array.from({ length: 4 }, () => runChild('hold', folder));
    const said = await Promise.all(children.map((child) => child.line()));
    expect(said.filter((line) => line === 'open')).toHaveLength(1);
    expect(said.filter((line) => line === 'folder-in-use')).toHaveLength(3);
  });

  it.each([
    ['of a process whose number another one has now', { pid: process.pid, sinceMs: Date.now(), processStart: 'x/1' }],
    ['from before the machine was started', { pid: process.pid, sinceMs: 1, processStart: null }],
    ['that says nothing', {}],
  ])('takes over a lock %s', async (_what, lock) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify(lock));
    expect(lockHolder(folder)).toBeNull();
    const store = await openStore(folder);
    expect(lockHolder(folder)?.pid).toBe(process.pid);
    await store.close();
  });
});

it('a folder that cannot be one is refused', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(openStore(file)).rejects.toMatchObject({ code: 'folder-unreadable' });
  await expect(openStore(join(file, 'below'))).rejects.toMatchObject({ code: 'folder-unreadable' });
});
