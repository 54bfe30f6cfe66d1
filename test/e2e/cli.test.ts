/** The main job of `geo`, by two people on one machine: real processes, real folders, TCP between them. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { connectClient } from '#node/api/client.ts';
import { finish, type GeoFolder, GeoFolders, LOCAL, startPair } from '#test/support/geo.ts';

interface Payment {
  readonly payment: { readonly state: string; readonly paymentId: string; readonly txId: string };
}

let folders: GeoFolders;
let alice: GeoFolder;
let bob: GeoFolder;

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice, bob } = await startPair(folders));
});

afterAll(() => folders.close());

/** What Bob owes Alice, negative when she owes him. */
async function balance(): Promise<string> {
  const { net } = await alice.json<{ net: { net: string }[] }>(['balance', 'UAH']);
  return net[0]?.net ?? '0';
}

describe('without a node', () => {
  it('geo says its version and its help, and how to begin', async () => {
    const nobody = folders.add('nobody');
    expect(await nobody.run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const help = await nobody.run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/geo init --name/);
    const ofTrust = await nobody.run(['help', 'trust', 'set']);
    expect(ofTrust.stdout).toMatch(/^Usage: geo trust set \[options\] <who> <limit> <equivalent>/);
    expect(ofTrust.stdout).toBe((await nobody.run(['trust', 'set', '--help'])).stdout);
    expect(await nobody.run([])).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('Usage: geo') });
  });

  it('says so at once: nothing of the node or of the network is loaded for it', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
    const loaded = (await finish(folders.add('quick').spawn(['--help'], { NODE_OPTIONS }))).stderr;
    expect(loaded).toMatch(/cli\/run\.ts/);
    expect(loaded).not.toMatch(/node_modules\/(libp2p|@libp2p|level|fastify|zod|ws|cborg)\//);
    expect(loaded).not.toMatch(/node\/(store|p2p|driver|node)\b/);
  });

  it('a new folder holds nothing: start says what to do, the others that no node runs', async () => {
    const fresh = folders.add('fresh');
    const started = await fresh.run(['start', '--background']);
    expect(started).toMatchObject({ code: 1, stderr: expect.stringContaining('geo init') });
    for (const verb of [['status'], ['balance'], ['pay', 'Bob', '1', 'UAH'], ['stop'], ['tx', 'show', 'x']]) {
      expect(await fresh.run(verb)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('geo start'),
      });
      expect((await fresh.json(verb, 2)).error).toMatchObject({ code: 'node-unreachable' });
    }
  });

  it('init makes an identity once, prints its words once, and says what they are good for', async () => {
    const carol = folders.add('carol');
    const made = await carol.run(['init', '--name', 'Carol', ...LOCAL]);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/They do not bring back what is owed/);
    const words = [...made.stdout.matchAll(/\d+ ([a-z]+)/g)].map(([, word]) => word).slice(-24);
    expect(words).toHaveLength(24);

    expect(await carol.run(['init', '--name', 'Eve'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('never replaced'),
    });
    const again = await carol.json<{ words: string }>(['id', 'words']);
    expect(again.words.split(' ')).toEqual(words);
  });

  it('init brings an identity back from its words, also into an encrypted file', async () => {
    const first = folders.add('first');
    const { pid, words } = await first.json<{ pid: string; words: string }>(['init']);
    const [wordsFile, passphraseFile] = [join(folders.path, 'words'), join(folders.path, 'passphrase')];
    await writeFile(wordsFile, `${words.toUpperCase()}\n`);
    await writeFile(passphraseFile, 'four words of mine\n');

    const second = folders.add('second');
    const back = await second.json(['init', '--words-file', wordsFile, '--passphrase-file', passphraseFile]);
    expect(back).toMatchObject({ pid, imported: true, encrypted: true });
    expect(back).not.toHaveProperty('words');
    expect((await second.json(['id', 'words'], 1)).error).toMatchObject({ code: 'identity-locked' });
    await second.json(['start', '--background', '--passphrase-file', passphraseFile, ...LOCAL]);
    expect(await second.json(['status'])).toMatchObject({ participant: { pid } });

    const third = folders.add('third');
    expect(await third.run(['init', '--words'], `${words}\n`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(pid),
    });
  });

  it('settings come from flags before variables before the file', async () => {
    const dave = folders.add('dave');
    await dave.json([
      'init',
      '--name',
      'File',
      '--network',
      'test',
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--api-port',
      '0',
    ]);
    const nameOf = async (argv: readonly string[], environment: Record<string, string>): Promise<unknown> => {
      const child = dave.spawn(['start', '--background', '--json', ...argv], environment);
      const started = JSON.parse((await finish(child)).stdout) as { name: string };
      await dave.json(['stop']);
      return started.name;
    };
    expect(await nameOf([], {})).toBe('File');
    expect(await nameOf([], { GEO_NAME: 'Variable' })).toBe('Variable');
    expect(await nameOf(['--name', 'Flag'], { GEO_NAME: 'Variable' })).toBe('Flag');
    const wrong = await finish(dave.spawn(['start', '--json'], { GEO_API_PORT: '70000' }));
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: 'config-invalid', message: expect.stringContaining('65535') },
    });
  });

  it('config shows all settings and where they are looked for', async () => {
    const { example } = await alice.json<{ example: string }>(['config', 'example']);
    expect(example).toContain('api-port = 4611');
    expect(await alice.run(['config', 'path'])).toMatchObject({ stdout: `${join(alice.path, 'config.toml')}\n` });
  });
});

describe('a node that runs', () => {
  it('is found, and a second one on its folder is refused with the process that holds it', async () => {
    const { process: holder } = await alice.json<{ process: number }>(['status']);
    for (const how of [['start'], ['start', '--background']]) {
      const again = await alice.run(how);
      expect(again).toMatchObject({ code: 6, stderr: expect.stringContaining(`Process ${holder}`) });
      expect((await alice.json(how, 6)).error).toMatchObject({ code: 'folder-in-use', facts: { process: holder } });
    }
    expect(await alice.json(['status'])).toMatchObject({ participant: { name: 'Alice' } });
  });

  it('in the foreground tells where it is, and ends cleanly on Ctrl-C', async () => {
    const erin = folders.add('erin');
    await erin.json(['init', '--name', 'Erin', ...LOCAL]);
    const child = erin.spawn(['start']);
    const ended = finish(child);
    const [first] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    expect(first.toString()).toContain('Erin is up.');
    // Twice: whoever starts geo may pass on what its own process group got too.
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: 'The node has stopped.\n' });
    expect(await erin.run(['status'])).toMatchObject({ code: 2 });
  });

  it('in the foreground ends on geo stop, which waits for it', async () => {
    const frank = folders.add('frank');
    await frank.json(['init', ...LOCAL]);
    const child = frank.spawn(['start', '--json']);
    const ended = finish(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    expect(await frank.json(['stop'])).toMatchObject({ stopped: true, process: child.pid });
    expect(await ended).toMatchObject({ code: 0 });
    await frank.json(['start', '--background']);
  });
});

describe('two people', () => {
  it('know each other by contact cards; an invitation carries a limit', async () => {
    const { card } = await bob.json<{ card: string }>(['id', 'card', '--limit', '100', '--equivalent', 'UAH']);
    const added = await alice.run(['contact', 'add', card]);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('geo trust set Bob 100 UAH') });
    expect(await alice.json(['contact', 'add', card, '--as', 'Robert'])).toMatchObject({
      contact: { alias: 'Robert' },
    });
    await alice.json(['contact', 'add', card, '--as', 'Bob']);
    expect(await alice.json(['contact', 'verify', 'Bob'])).toMatchObject({ contact: { verified: true } });
    expect((await alice.run(['contact', 'list'])).stdout).toMatch(/^Bob +yes +yes +\w+$/m);
    expect((await alice.json(['contact', 'remove', 'Bob'], 1)).error).toMatchObject({ code: 'contact-in-use' });
    expect(await alice.json(['peer', 'list'])).toMatchObject({ peers: [{ participant: { name: 'Bob' } }] });
    const qr = await alice.run(['id', 'qr']);
    expect(qr.stdout).toMatch(/█.*\n[\s\S]*geo:card\//);
  });

  it('see both directions of trust on one card', async () => {
    const listed = await alice.run(['trust', 'list']);
    expect(listed.stdout).toContain('Bob may owe you up to 50.00 UAH');
    expect(listed.stdout).toContain('You may owe Bob up to 100.00 UAH');
    const set = ['trust', 'set', 'Bob', '50', 'UAH'];
    expect(await alice.json([...set, '--no-intermediate', '--daily-limit', '20', '--announce'])).toMatchObject({
      given: { policy: { canBeIntermediate: false, dailyLimit: '20', announce: true } },
    });
    // What is not said stays.
    expect(await alice.json([...set, '--intermediate', '--no-daily-limit'])).toMatchObject({
      given: { policy: { canBeIntermediate: true, dailyLimit: null, announce: true } },
    });
  });

  it('pay; the same id is the same payment; both histories and the receipt say so', async () => {
    const paid = await alice.run(['pay', 'Bob', '12.5', 'UAH', '--id', 'tea', '--memo', 'for tea']);
    expect(paid).toMatchObject({ code: 0, stdout: expect.stringContaining('Paid Bob 12.50 UAH (1 hop') });
    expect(paid.stderr).toContain('You will owe Bob 12.50 UAH (now 0.00 of 100.00)');
    expect(await balance()).toBe('-12.5');
    const again = await alice.run(['pay', 'Bob', '12.5', 'UAH', '--id', 'tea']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was paid again') });
    expect(await balance()).toBe('-12.5');

    const { payment } = await alice.json<Payment>(['pay', 'Bob', '12.5', 'UAH', '--id', 'tea']);
    expect(payment).toMatchObject({ state: 'COMMITTED' });
    expect((await alice.run(['history'])).stdout).toMatch(/ paid +12\.50 UAH +Bob$/m);
    expect((await bob.run(['history', '--limit', '1'])).stdout).toMatch(/ received +12\.50 UAH +Alice +for tea$/m);
    expect((await alice.run(['balance'])).stdout).toMatch(/^Bob +you owe 12\.50 UAH +87\.50 UAH +62\.50 UAH +yes$/m);
    expect((await bob.run(['balance'])).stdout).toMatch(/^Alice +owes you 12\.50 UAH +62\.50 UAH +87\.50 UAH +yes$/m);
    for (const id of [payment.txId, payment.paymentId, 'tea']) {
      expect((await alice.run(['tx', 'show', id])).stdout).toContain('Payment of 12.50 UAH from Alice to Bob');
    }
    expect((await alice.json(['tx', 'resolve', payment.txId])).error).toBeUndefined();
  });

  it('hold a receipt that anyone can check without a node', async () => {
    const file = join(folders.path, 'receipt');
    const shown = await alice.run(['receipt', 'show', 'tea', '--out', file]);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('Alice paid Bob 12.50 UAH') });
    expect(await alice.run(['receipt', 'show', 'tea', '--out', file])).toMatchObject({ code: 1 });

    const anyone = folders.add('anyone');
    expect(await anyone.run(['receipt', 'verify', file])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Valid'),
    });
    expect(await anyone.json(['receipt', 'verify', file])).toMatchObject({
      valid: true,
      facts: { total: '12.5', equivalent: 'UAH' },
    });

    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    await writeFile(file, bytes);
    expect((await anyone.json(['receipt', 'verify', file], 1)).error).toMatchObject({ code: 'bad-receipt' });
  });

  it('are told whose limit stops a payment, with exit code 4', async () => {
    const before = await balance();
    const refused = await alice.run(['pay', 'Bob', '100', 'UAH']);
    expect(refused).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/Bob lets you owe at most 100\.00 UAH/),
    });
    const { error } = await alice.json(['pay', 'Bob', '100', 'UAH'], 4);
    expect(error).toMatchObject({ code: 'insufficient', facts: { limit: '100', maxNow: '87.5' } });
    expect(await balance()).toBe(before);
  });

  it('ask to be paid by a link, which is paid once', async () => {
    const asked = await bob.run(['request', '3', 'UAH', '--memo', 'cake', '--expires', '1h']);
    const link = asked.stdout.trim().split('\n').at(-1) as string;
    expect(link).toMatch(/^geo:pay\//);
    expect(asked.stdout).toContain('█');
    const paid = await alice.run(['pay', link]);
    expect(paid).toMatchObject({ code: 0, stdout: expect.stringContaining('Paid Bob 3.00 UAH') });
    expect(paid.stderr).toContain('Bob asks to be paid, for “cake”');
    expect(await alice.run(['pay', link])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing was paid again'),
    });
    expect(await balance()).toBe('-15.5');
  });

  it('make, list and revoke tokens', async () => {
    const { secret } = await alice.json<{ secret: string }>([
      'token',
      'create',
      'shop',
      '--scope',
      'pay',
      '--daily-cap',
      'UAH=5',
    ]);
    expect((await alice.run(['token', 'list'])).stdout).toMatch(/^shop +pay +5\.00 UAH/m);
    expect((await alice.run(['token', 'list'])).stdout).not.toContain(secret);
    await alice.json(['token', 'revoke', 'shop']);
    expect(await alice.json(['token', 'list'])).toMatchObject({ tokens: [] });
  });
});

describe('an outcome that is not known yet', () => {
  // Bob's process stands still: his node has the packet, or will have, and does not answer.
  let bobsProcess: number;

  beforeAll(async () => {
    bobsProcess = (await readApiFiles(bob.path)).pid;
    process.kill(bobsProcess, 'SIGSTOP');
  });

  // Else nothing could stop it, whichever of these tests ran.
  afterAll(() => process.kill(bobsProcess, 'SIGCONT'));

  it('is exit code 5 with how to ask again', async () => {
    const open = await alice.run(['pay', 'Bob', '1', 'UAH', '--id', 'slow', '--wait', '0']);
    expect(open).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringMatching(/may still go through.*--id slow/),
    });
    expect((await alice.json(['pay', 'Bob', '1', 'UAH', '--id', 'slow', '--wait', '0'], 5)).error).toMatchObject({
      code: 'outcome-unknown',
    });
    expect((await alice.run(['tx', 'show', 'slow'])).stdout).toContain('under way');
    expect((await alice.run(['status'])).stdout).toContain('Under way: 1.00 UAH');
    expect((await alice.run(['tx', 'list'])).stdout).toMatch(
      /payment Alice → Bob +1\.00 UAH +under way +Bob +[0-9a-f]{64}/,
    );
  });

  it('is also what Ctrl-C leaves behind', async () => {
    const events = await (await connectClient(alice.path)).openEvents();
    const child = alice.spawn(['pay', 'Bob', '2', 'UAH', '--id', 'stopped', '--wait', '60']);
    const ended = finish(child);
    for await (const event of events) {
      if ('notice' in event && event.notice.type === 'payment' && event.notice.state === 'PREPARE_IN_PROGRESS') break;
    }
    events.close();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 5, stderr: expect.stringContaining('--id stopped') });
  });

  it('becomes known when the neighbour is back: asking again is never paying twice', async () => {
    process.kill(bobsProcess, 'SIGCONT');
    expect(await alice.run(['pay', 'Bob', '1', 'UAH', '--id', 'slow'])).toMatchObject({ code: 0 });
    expect(await alice.run(['pay', 'Bob', '2', 'UAH', '--id', 'stopped'])).toMatchObject({ code: 0 });
    expect(await balance()).toBe('-18.5');
  });
});

it('the books survive a stop and a start', async () => {
  const before = await alice.json(['balance']);
  for (const who of [alice, bob]) await who.json(['stop']);
  for (const who of [alice, bob]) await who.json(['start', '--background']);
  // Both have a free port again, so neither knows where the other one is now.
  const { addresses } = await bob.json<{ addresses: string[] }>(['id']);
  await alice.json(['peer', 'connect', 'Bob', ...addresses, '--wait', '60']);
  expect(await alice.json(['balance'])).toEqual(before);
  expect(await alice.run(['pay', 'Bob', '1', 'UAH'])).toMatchObject({ code: 0 });
});
