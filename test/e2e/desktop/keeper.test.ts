/** The desktop program and its node: real processes, real folders; only Electron's way to fork is another one. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentity, restoreIdentity } from '#desktop/main/first-start.ts';
import { Keeper, type KeeperWorld } from '#desktop/main/keeper.ts';
import { Keychain } from '#desktop/main/keychain.ts';
import { keyOf, runningNode } from '#desktop/main/running-node.ts';
import type { Situation } from '#desktop/preload/bridge.ts';
import { connectClient } from '#node/api/client.ts';
import { type ForkedNode, forkNode, StorageOfTest } from '#test/support/desktop.ts';
import { GeoFolder } from '#test/support/geo.ts';

const LOCAL = { GEO_NETWORK: 'test', GEO_LISTEN: '/ip4/127.0.0.1/tcp/0', GEO_API_PORT: '0' };

let root: string;
const keepers: Keeper[] = [];
const geos: GeoFolder[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'geo-desktop-'));
});

afterAll(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  await Promise.all(geos.map((geo) => geo.run(['stop'])));
  await rm(root, { recursive: true, force: true });
});

/** A desktop program on a folder. */
class Program {
  readonly folder: string;
  readonly geo: GeoFolder;
  readonly keeper: Keeper;
  readonly forked: ForkedNode[] = [];
  readonly waits: number[] = [];
  readonly #told: Situation[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(name: string, keychain: Keychain, over: Partial<KeeperWorld> = {}) {
    this.folder = join(root, name);
    this.geo = new GeoFolder(this.folder);
    geos.push(this.geo);
    this.keeper = new Keeper({
      folder: this.folder,
      fork: () => {
        const forked = forkNode(LOCAL);
        this.forked.push(forked);
        return forked;
      },
      running: () => runningNode(this.folder),
      key: () => keyOf(this.folder),
      storedPassphrase: () => keychain.get(),
      keychain: () => keychain.why,
      nowMs: () => Date.now(),
      wake: (afterMs, wake) => {
        this.waits.push(afterMs);
        // At once: what is waited for is tested with the numbers.
        const timer = setTimeout(wake, 0);
        return () => clearTimeout(timer);
      },
      tell: (situation) => {
        this.#told.push(situation);
        for (const look of this.#waiting) look();
      },
      ...over,
    });
    keepers.push(this.keeper);
  }

  /** Resolves with the next situation of this kind that was not asked for before. */
  until<S extends Situation['state']>(state: S): Promise<Extract<Situation, { state: S }>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const at = this.#told.findIndex((situation) => situation.state === state);
        if (at < 0) return;
        const [found] = this.#told.splice(0, at + 1).slice(-1);
        this.#waiting.delete(look);
        resolve(found as Extract<Situation, { state: S }>);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

const openKeychain = async (name: string, storage = new StorageOfTest()): Promise<Keychain> =>
  Keychain.open(storage, 'linux', join(root, name));

describe('the first start', () => {
  it('makes an identity whose passphrase only the keychain knows, and starts the node with it', async () => {
    const storage = new StorageOfTest();
    const keychain = await openKeychain('anna', storage);
    const program = new Program('anna', keychain);
    await program.keeper.start();
    expect(await program.until('no-identity')).toEqual({ state: 'no-identity', keychain: null });

    const made = await createIdentity({ folder: program.folder, keychain }, { name: 'Anna', passphrase: null });
    expect(made).toMatchObject({
      ok: true,
      result: { words: expect.stringMatching(/^([a-z]+ ){23}[a-z]+$/) as string },
    });
    expect(await readFile(join(program.folder, 'identity.json'), 'utf8')).toContain('"encrypted"');
    // The command line does not know it; this program does.
    expect((await program.geo.run(['start', '--background'])).code).not.toBe(0);
    await program.keeper.start();
    expect(await program.until('running')).toEqual({ state: 'running', attached: false });
    const client = await connectClient(program.folder);
    expect((await client.getStatus()).participant.name).toBe('Anna');
    await program.keeper.stop();
    expect(await runningNode(program.folder)).toBe('none');
    expect(program.forked[0]?.child.exitCode).toBe(0);

    // On another computer, or for another user, the keychain opens nothing.
    const elsewhere = new Program('anna', await openKeychain('anna'));
    await elsewhere.keeper.start();
    expect(await elsewhere.until('locked')).toEqual({ state: 'locked', wasWrong: false, keychain: null });
    await elsewhere.keeper.start('not the passphrase');
    expect(await elsewhere.until('locked')).toMatchObject({ wasWrong: true });
    await elsewhere.keeper.start(await keychain.get());
    await elsewhere.until('running');
  });

  it('asks for a passphrase where there is no keychain, and refuses what is none', async () => {
    const storage = new StorageOfTest();
    storage.backend = 'basic_text';
    const keychain = await openKeychain('boris', storage);
    const program = new Program('boris', keychain);
    const start = { folder: program.folder, keychain };
    expect(await createIdentity(start, { name: 'Boris', passphrase: null })).toMatchObject({
      error: { code: 'passphrase-missing' },
    });
    expect(await createIdentity(start, { name: 'Boris', passphrase: 'short' })).toMatchObject({
      error: { code: 'passphrase-short' },
    });
    expect(await createIdentity(start, { name: '\u202e', passphrase: 'long enough' })).toMatchObject({
      error: { code: 'bad-name' },
    });
    await program.keeper.start();
    expect(await program.until('no-identity')).toEqual({ state: 'no-identity', keychain: 'basic-text' });
    expect(await createIdentity(start, { name: '', passphrase: 'long enough' })).toMatchObject({ ok: true });
    expect(await createIdentity(start, { name: '', passphrase: 'long enough' })).toMatchObject({
      error: { code: 'identity-exists' },
    });
    await program.keeper.start();
    expect(await program.until('locked')).toEqual({ state: 'locked', wasWrong: false, keychain: 'basic-text' });
    await program.keeper.start('long enough');
    await program.until('running');
  });

  it('brings an identity back by its words, as one that has lost its records', async () => {
    const keychain = await openKeychain('old');
    const old = { folder: join(root, 'old'), keychain };
    const made = await createIdentity(old, { name: 'Clara', passphrase: null });
    const { words } = (made as { result: { words: string } }).result;
    const program = new Program('new', await openKeychain('new'));
    const start = { folder: program.folder, keychain: await openKeychain('new') };
    expect(await restoreIdentity(start, { words: 'one two three', passphrase: 'long enough' })).toMatchObject({
      error: { code: 'bad-words' },
    });
    expect(await restoreIdentity(start, { words, passphrase: 'long enough' })).toEqual({ ok: true, result: {} });
    await program.keeper.start('long enough');
    await program.until('running');
    const client = await connectClient(program.folder);
    expect((await client.getStatus()).restored?.frozen).toBe(true);
  });
});

describe('a node that runs already', () => {
  it('is used, stays when the program ends, and is replaced when it has gone', async () => {
    const keychain = await openKeychain('dora');
    const program = new Program('dora', keychain);
    await program.geo.json(['init', '--name', 'Dora', '--network', 'test', '--listen', LOCAL.GEO_LISTEN]);
    await program.geo.json(['start', '--background', '--api-port', '0']);
    await program.keeper.start();
    expect(await program.until('running')).toEqual({ state: 'running', attached: true });
    expect(program.forked).toEqual([]);
    await program.geo.json(['stop']);
    await program.keeper.lost();
    expect(await program.until('running')).toEqual({ state: 'running', attached: false });

    const second = new Program('dora', keychain);
    await second.keeper.start();
    expect(await second.until('running')).toEqual({ state: 'running', attached: true });
    await second.keeper.stop();
    expect(await runningNode(program.folder)).toBe('answers');
  });
});

describe('a node that ends', () => {
  it('is started again, after longer waits, when it was killed; and nothing is lost', async () => {
    const keychain = await openKeychain('emma');
    const program = new Program('emma', keychain);
    await createIdentity({ folder: program.folder, keychain }, { name: 'Emma', passphrase: null });
    await program.keeper.start();
    for (const wait of [1_000, 2_000, 4_000]) {
      await program.until('running');
      program.forked.at(-1)?.child.kill('SIGKILL');
      expect((await program.until('waiting')).message).toBe('The node has ended without a word.');
      expect(program.waits.at(-1)).toBe(wait);
    }
    await program.until('running');
    expect(program.forked).toHaveLength(4);
  });

  it('stays so when somebody stopped it, until somebody wants it again', async () => {
    const keychain = await openKeychain('fred');
    const program = new Program('fred', keychain);
    await createIdentity({ folder: program.folder, keychain }, { name: 'Fred', passphrase: null });
    await program.keeper.start();
    await program.until('running');
    await program.geo.json(['stop']);
    await program.until('stopped');
    expect(program.waits).toEqual([]);
    await program.keeper.start();
    await program.until('running');
    expect(program.forked).toHaveLength(2);
  });

  it('is started once, however often it is asked for, and no more when the program ends', async () => {
    const keychain = await openKeychain('hugo');
    const program = new Program('hugo', keychain);
    await createIdentity({ folder: program.folder, keychain }, { name: 'Hugo', passphrase: null });
    await Promise.all([program.keeper.start(), program.keeper.start(), program.keeper.start()]);
    await program.until('running');
    expect(program.forked).toHaveLength(1);
    await program.keeper.stop();
    const late = new Program('hugo', keychain);
    const starting = late.keeper.start();
    await late.keeper.stop();
    await starting;
    expect(late.forked).toEqual([]);
    expect(await runningNode(late.folder)).toBe('none');
  });

  it('is not started again where only a person can help', async () => {
    const keychain = await openKeychain('gina');
    const program = new Program('gina', keychain, { fork: () => forkNode({ ...LOCAL, GEO_LOG_LEVEL: 'loud' }) });
    await createIdentity({ folder: program.folder, keychain }, { name: 'Gina', passphrase: null });
    await program.keeper.start();
    expect(await program.until('failed')).toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('GEO_LOG_LEVEL') as string,
    });
    expect(program.waits).toEqual([]);
  });
});
