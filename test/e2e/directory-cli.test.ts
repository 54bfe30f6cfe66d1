/** `geo contact add PID`, `geo peer` and what they say, by real processes. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Pid, pidOf } from '#protocol/identity.ts';
import { type GeoFolder, GeoFolders, LOCAL } from '#test/support/geo.ts';
import { type LocalNetwork, twoMachines } from '#test/support/network-namespaces.ts';
import { person } from '#test/support/people.ts';

interface Peers {
  readonly peers: readonly { readonly participant: { readonly name: string | null } }[];
  readonly network: {
    readonly addresses: readonly string[];
    readonly directory: { readonly nodes: number; readonly records: number; readonly published: object | null } | null;
    readonly bootstrap: readonly { readonly reachedAtMs: number | null; readonly trouble: object | null }[];
    readonly lan: readonly { readonly addresses: readonly string[] }[] | null;
  };
}

interface Id {
  readonly participant: { readonly pid: Pid };
  readonly addresses: readonly string[];
}

/** Its own record is in the directory. */
async function published(who: GeoFolder): Promise<void> {
  const look = async (): Promise<void> => {
    const { network } = await who.json<Peers>(['peer']);
    if ((network.directory?.published ?? null) === null) throw new Error('its record is not in the directory yet');
  };
  await vi.waitFor(look, { timeout: 60_000, interval: 200 });
}

async function start(who: GeoFolder, name: string, ...settings: readonly string[]): Promise<Id> {
  await who.json(['init', '--name', name, ...settings]);
  await who.json(['start', '--background']);
  return who.json<Id>(['id']);
}

const NOBODY = pidOf(person(77).key);

describe('on one machine', () => {
  let folders: GeoFolders;
  let [alice, bob]: GeoFolder[] = [];
  let [ids, entry]: [Id[], string] = [[], ''];

  beforeAll(async () => {
    folders = await GeoFolders.create();
    const first = await start(folders.add('first'), 'First', ...LOCAL);
    entry = first.addresses[0] as string;
    alice = folders.add('alice');
    bob = folders.add('bob');
    ids = [
      await start(alice, 'Alice', ...LOCAL, '--bootstrap', entry),
      await start(bob, 'Bob', ...LOCAL, '--bootstrap', entry),
    ];
    await published(alice);
    await published(bob);
  });
  afterAll(async () => folders.close());

  it('a PID is enough to add somebody, and to be connected', async () => {
    const [, { participant, addresses }] = ids as [Id, Id];
    const added = await (alice as GeoFolder).run(['contact', 'add', participant.pid, 'Bobby']);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toContain('Bobby is in your contacts, found in the directory.');
    expect(added.stdout).toContain(addresses[0]);
    const connected = await (alice as GeoFolder).json<{ linked: boolean }>([
      'peer',
      'connect',
      'Bobby',
      '--wait',
      '60',
    ]);
    expect(connected.linked).toBe(true);
  });

  it('nobody who is not there is added: it says why, and what to do, and ends with 1', async () => {
    const before = await (alice as GeoFolder).json(['contact', 'list']);
    const ran = await (alice as GeoFolder).run(['contact', 'add', NOBODY, 'Nobody']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`Nobody with the PID ${NOBODY} was found`);
    expect(ran.stderr).toMatch(/nodes? (was|were) asked.*bootstrap.*contact card/s);
    const asJson = await (alice as GeoFolder).json(['contact', 'add', NOBODY], 1);
    expect(asJson.error).toMatchObject({ code: 'not-in-directory', facts: { pid: NOBODY } });
    expect(await (alice as GeoFolder).json(['contact', 'list'])).toEqual(before);
    expect((await (alice as GeoFolder).json(['trust', 'set', NOBODY, '1', 'UAH'], 1)).error?.code).toBe(
      'not-in-directory',
    );
    expect((await (alice as GeoFolder).json(['pay', NOBODY, '1', 'UAH', '--yes'], 1)).error?.code).toBe(
      'not-in-directory',
    );
  });

  it('two aliases are one too many', async () => {
    expect((await (alice as GeoFolder).run(['contact', 'add', NOBODY, 'A', '--as', 'B'])).code).toBe(3);
  });

  it('peer shows it all', async () => {
    const { schema, network } = await (alice as GeoFolder).json<Peers>(['peer']);
    expect(schema).toBe(1);
    expect(network).toMatchObject({
      addresses: ids[0]?.addresses,
      directory: { nodes: 2, records: 3, published: { copies: 2 } },
      bootstrap: [{ address: entry, trouble: null }],
      lan: null,
    });
    const { stdout } = await (bob as GeoFolder).run(['peer']);
    expect(stdout).toMatch(/Directory +2 nodes in the routing table/);
    expect(stdout).toMatch(/Own record +2 nodes took it/);
    expect(stdout).toMatch(/Local network +not asked/);
    expect(stdout).toMatch(/BOOTSTRAP NODE +REACHED/);
  });

  it('alone, and without a directory, it is said what that means', async () => {
    const alone = folders.add('alone');
    await start(alone, 'Alone', ...LOCAL);
    expect((await alone.run(['contact', 'add', NOBODY])).stderr).toContain('connected with nobody whom it could ask');
    expect((await alone.run(['peer'])).stdout).toContain('nobody has it yet');
    const without = folders.add('without');
    await start(without, 'Without', ...LOCAL, '--directory', 'off');
    expect((await without.json(['contact', 'add', NOBODY], 1)).error?.code).toBe('key-unknown');
    expect((await without.json<Peers>(['peer'])).network).toMatchObject({ directory: null, bootstrap: [], lan: null });
    expect((await without.run(['peer'])).stdout).toContain('this node takes no part in it');
  });

  it('a bootstrap address that says nobody is refused before anything is made', async () => {
    const wrong = folders.add('wrong');
    const ran = await wrong.json(['init', ...LOCAL, '--bootstrap', '/ip4/192.0.2.1/tcp/4610'], 3);
    expect(ran.error).toMatchObject({ code: 'config-invalid' });
  });
});

describe('on one local network, without any setting', () => {
  let lan: LocalNetwork | null = null;
  let folders: GeoFolders | null = null;
  afterEach(async () => {
    await folders?.close();
    lan?.remove();
  });

  it('two find each other by PID', async () => {
    lan = twoMachines();
    folders = await GeoFolders.create();
    const started: { who: GeoFolder; id: Id }[] = [];
    for (const { address, command } of lan.machines) {
      const [program = '', ...before] = command;
      const launcher = ['node', 'bin/geo.js'].map((part) =>
        part === 'node' ? process.execPath : `${process.cwd()}/${part}`,
      );
      const who = folders.add(address, { command: program, argv: [...before, ...launcher] });
      const settings = ['--network', 'test', '--listen', `/ip4/${address}/tcp/4610`, '--api-port', '0'];
      started.push({ who, id: await start(who, address, ...settings) });
    }
    const [alice, bob] = started as [(typeof started)[0], (typeof started)[0]];
    await published(alice.who);
    await published(bob.who);
    const { contact } = await alice.who.json<{ contact: { addresses: string[] } }>([
      'contact',
      'add',
      bob.id.participant.pid,
    ]);
    expect(contact.addresses).toEqual(bob.id.addresses);
    const { network } = await alice.who.json<Peers>(['peer']);
    expect(network.lan).toMatchObject([{ addresses: ['/ip4/192.168.77.2/tcp/4610'] }]);
    expect((await alice.who.run(['peer'])).stdout).toMatch(/ON THE LOCAL NETWORK(.|\n)*192\.168\.77\.2/);
  });
});
