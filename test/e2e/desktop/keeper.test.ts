/** The desktop program and its node: real processes, real folders; only Electron's way to fork is another one. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FirstStart } from '#desktop/main/first-start.ts';
import { Keeper, type KeeperWorld } from '#desktop/main/keeper.ts';
import { Keychain } from '#desktop/main/keychain.ts';
import { keyOf, runningNode } from '#desktop/main/running-node.ts';
import type { Answer, Situation } from '#desktop/preload/bridge.ts';
import { connectClient } from '#node/api/client.ts';
import type { FirstRunCourse, FirstRunWishes } from '#node/api/contract.ts';
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

type StartNode = (passphrase: string | null) => Promise<void>;

/** The first start in a folder, whose node is started by the test unless said otherwise. */
const firstStart = (folder: string, keychain: Keychain, startNode: StartNode = async () => undefined) =>
  new FirstStart({ folder, keychain, startNode });

const NEW: FirstRunWishes = { name: '', words: null, backup: null, passphrase: null };

/** A new identity whose passphrase the keychain keeps. */
async function makeNew(folder: string, keychain: Keychain, name: string): Promise<Answer> {
  const made = await firstStart(folder, keychain).make({ ...NEW, name });
  expect(made).toMatchObject({ ok: true });
  return made;
}

const courseIn = (answer: Answer): FirstRunCourse => (answer as { result: FirstRunCourse }).result;

describe('the first start', () => {
  it('makes an identity whose passphrase only the keychain knows, and starts the node with it', async () => {
    const storage = new StorageOfTest();
    const keychain = await openKeychain('anna', storage);
    const program = new Program('anna', keychain);
    await program.keeper.start();
    expect(await program.until('no-identity')).toEqual({ state: 'no-identity', keychain: null });

    const first = firstStart(program.folder, keychain, (passphrase) => program.keeper.start(passphrase));
    const before = { folder: program.folder, name: null, passphrase: 'kept', identity: null };
    expect(await first.course()).toMatchObject({ ok: true, result: before });
    expect(await first.start()).toMatchObject({ error: { code: 'identity-missing' } });
    // Asked for twice, it is still one identity.
    const [made] = await Promise.all([first.make({ ...NEW, name: 'Anna' }), first.make({ ...NEW, name: 'Eve' })]);
    const words = expect.stringMatching(/^([a-z]+ ){23}[a-z]+$/) as string;
    expect(made).toMatchObject({ ok: true, result: { name: 'Anna', identity: { words, backup: null } } });
    // A page that is loaded again shows the same words.
    expect(await first.course()).toEqual(made);
    expect(await readFile(join(program.folder, 'identity.json'), 'utf8')).toContain('"encrypted"');
    // The command line does not know it; this program does.
    expect((await program.geo.run(['start', '--background'])).code).not.toBe(0);
    expect(await first.start()).toEqual({ ok: true, result: {} });
    expect(courseIn(await first.course()).identity).toBe(null);
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
    const first = firstStart(program.folder, keychain, (passphrase) => program.keeper.start(passphrase));
    expect(courseIn(await first.course()).passphrase).toBe('must');
    const passphrase = 'long enough';
    for (const [wishes, code] of [
      [{ name: 'Boris' }, 'passphrase-missing'],
      [{ name: 'Boris', passphrase: 'short' }, 'passphrase-short'],
      [{ name: '\u202e', passphrase }, 'bad-name'],
    ] as const) {
      expect(await first.make({ ...NEW, ...wishes })).toMatchObject({ ok: false, error: { code } });
    }
    await program.keeper.start();
    expect(await program.until('no-identity')).toEqual({ state: 'no-identity', keychain: 'basic-text' });
    expect(await first.make({ ...NEW, passphrase })).toMatchObject({ ok: true });
    expect(await firstStart(program.folder, keychain).make({ ...NEW, passphrase })).toMatchObject({
      error: { code: 'identity-exists' },
    });
    await program.keeper.start();
    expect(await program.until('locked')).toEqual({ state: 'locked', wasWrong: false, keychain: 'basic-text' });
    // What was typed opens it.
    await first.start();
    await program.until('running');
  });

  it('brings an identity back by its words, as one that has lost its records', async () => {
    const keychain = await openKeychain('old');
    const made = await makeNew(join(root, 'old'), keychain, 'Clara');
    const words = courseIn(made).identity?.words as string;
    const program = new Program('new', await openKeychain('new'));
    const first = firstStart(program.folder, await openKeychain('new'), (typed) => program.keeper.start(typed));
    const passphrase = 'long enough';
    expect(await first.make({ ...NEW, words: 'one two three', passphrase })).toMatchObject({
      error: { code: 'bad-words', facts: { why: expect.stringContaining('3 words') as string } },
    });
    expect(await first.make({ ...NEW, words, passphrase })).toMatchObject({
      ok: true,
      result: { identity: { words: null, backup: null } },
    });
    await first.start();
    await program.until('running');
    const client = await connectClient(program.folder);
    expect((await client.getStatus()).restored?.frozen).toBe(true);
  });

  it('brings an identity back by its words and a backup file, and writes nothing for a wrong one', async () => {
    const old = new GeoFolder(join(root, 'whole'));
    geos.push(old);
    const settings = ['--network', 'test', '--listen', LOCAL.GEO_LISTEN, '--api-port', '0'];
    const { words } = await old.json<{ words: string }>(['init', '--name', 'Irma', ...settings]);
    await old.json(['start', '--background']);
    await old.json(['backup', '--out', join(root, 'irma.backup')]);
    await old.json(['stop']);
    const file = await readFile(join(root, 'irma.backup'));
    const backup = file.toString('base64');
    const keychain = await openKeychain('again');
    const program = new Program('again', keychain);
    const first = firstStart(program.folder, keychain, (typed) => program.keeper.start(typed));
    const stranger = courseIn(await makeNew(join(root, 'stranger'), await openKeychain('stranger'), '')).identity;
    for (const [wishes, code] of [
      [{ words, backup: Buffer.from('a picture').toString('base64') }, 'backup-unusable'],
      [{ words, backup: file.subarray(0, -1).toString('base64') }, 'backup-damaged'],
      [{ words: stranger?.words as string, backup }, 'backup-of-another'],
    ] as const) {
      expect(await first.make({ ...NEW, ...wishes })).toMatchObject({ ok: false, error: { code } });
      expect(existsSync(program.folder)).toBe(false);
    }
    expect(await first.make({ ...NEW, words, backup })).toMatchObject({
      ok: true,
      result: { name: 'Irma', identity: { words: null, backup: { accounts: 0, contacts: 0 } } },
    });
    await first.start();
    await program.until('running');
    const { participant, restored } = await (await connectClient(program.folder)).getStatus();
    expect([participant.name, restored?.frozen]).toEqual(['Irma', true]);
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
    await makeNew(program.folder, keychain, 'Emma');
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
    await makeNew(program.folder, keychain, 'Fred');
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
    await makeNew(program.folder, keychain, 'Hugo');
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
    await makeNew(program.folder, keychain, 'Gina');
    await program.keeper.start();
    expect(await program.until('failed')).toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('GEO_LOG_LEVEL') as string,
    });
    expect(program.waits).toEqual([]);
  });
});
