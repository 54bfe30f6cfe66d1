import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConfigSources, configExample, dataDirOf, precisionOf, readConfig } from '#node/config.ts';
import { Failure } from '#node/failure.ts';
import { temporaryFolder } from '#test/support/store.ts';

/** A data folder with this `config.toml`. */
function folderWith(toml: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'config.toml'), toml);
  return folder;
}

function read(toml: string, more: { flags?: Record<string, unknown>; environment?: Record<string, string> } = {}) {
  const dataDir = folderWith(toml);
  return readConfig({ flags: { dataDir, ...more.flags }, environment: more.environment ?? {} });
}

function refusal(read: () => unknown): Failure {
  try {
    read();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const PEER_ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';

describe('settings', () => {
  it('have defaults for everything', () => {
    const dataDir = temporaryFolder();
    expect(readConfig({ flags: { dataDir }, environment: {} })).toStrictEqual({
      dataDir,
      network: 'geo',
      name: null,
      listen: ['/ip4/0.0.0.0/tcp/4610'],
      directory: true,
      bootstrap: [],
      indexers: [],
      mdns: true,
      publicAddresses: [],
      relay: 'for-neighbours',
      relays: [],
      apiHost: '127.0.0.1',
      apiPort: 4611,
      announce: 'ask',
      clearing: 'always',
      precision: {},
      backupDir: null,
      logLevel: 'info',
    });
  });

  it('come from the file, over it from the environment, over that from flags', () => {
    const file = 'network = "file"\nname = "File"\napi-port = 1\nlog-level = "warn"\n[precision]\nUAH = 0\n';
    const environment = { GEO_NETWORK: 'env', GEO_NAME: 'Env', GEO_API_PORT: '2', PATH: '/bin' };
    const flags = { network: 'flag', apiPort: '3', name: undefined };
    expect(read(file)).toMatchObject({ network: 'file', name: 'File', apiPort: 1, logLevel: 'warn' });
    expect(read(file, { environment })).toMatchObject({ network: 'env', name: 'Env', apiPort: 2 });
    expect(read(file, { environment, flags })).toMatchObject({
      network: 'flag',
      name: 'Env',
      apiPort: 3,
      logLevel: 'warn',
      precision: { UAH: 0 },
    });
  });

  it('are lists and tables in text too', () => {
    const listen = ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/65535'];
    const environment = { GEO_LISTEN: listen.join(', '), GEO_PRECISION: 'UAH=2, hour=0' };
    const precision = { UAH: 2, hour: 0 };
    expect(read('', { environment })).toMatchObject({ listen, precision });
    expect(read('', { flags: { listen, precision: ['UAH=2', 'hour=0'] } })).toMatchObject({ listen, precision });
    expect(read('', { environment: { GEO_LISTEN: '', GEO_PRECISION: '' } })).toMatchObject({
      listen: [],
      precision: {},
    });
  });

  it('are switched on and off', () => {
    expect(read('directory = false\nmdns = false\n')).toMatchObject({ directory: false, mdns: false });
    for (const [text, is] of [
      ['on', true],
      ['true', true],
      ['off', false],
      ['false', false],
    ] as const) {
      expect(read('', { environment: { GEO_MDNS: text } }).mdns).toBe(is);
      expect(read('', { flags: { directory: text } }).directory).toBe(is);
    }
  });

  it('name nodes to begin with', () => {
    const bootstrap = [`/ip4/192.0.2.1/tcp/4610/p2p/${PEER_ID}`, `/dns/example.org/tcp/443/wss/p2p/${PEER_ID}`];
    expect(read('', { flags: { bootstrap } })).toMatchObject({ bootstrap });
    expect(read('', { environment: { GEO_BOOTSTRAP: bootstrap.join(',') } })).toMatchObject({ bootstrap });
  });

  it('say how many decimals an equivalent has, whatever its name', () => {
    const config = read('[precision]\nhour = 1\n');
    expect(['hour', 'UAH', 'constructor', '__proto__'].map((name) => precisionOf(config, name))).toStrictEqual([
      1, 2, 2, 2,
    ]);
  });

  it('keep a name in the form in which names are compared', () => {
    expect(read('name = "  Zoe\\u0308 "').name).toBe('Zoë');
  });
});

describe('a wrong setting', () => {
  it.each([
    ['api-port = 70000', 'api-port in ', '"70000"', 'an integer from 0 to 65535'],
    ['api-port = "4611"', 'api-port in ', '"4611"', 'an integer'],
    ['api-port = 1.5', 'api-port in ', '"1.5"', 'an integer'],
    ['network = "Geo!"', 'network in ', '"Geo!"', 'a-z, 0-9 and -'],
    ['network = "geo\\u0000"', 'network in ', '"geo\\u{0}"', 'a-z, 0-9 and -'],
    ['name = "a\\u202eb"', 'name in ', '"a\\u{202e}b"', 'visible characters'],
    ['name = ""', 'name in ', '""', 'visible characters'],
    ['listen = "/ip4/1.2.3.4/tcp/1"', 'listen in ', '/ip4/1.2.3.4/tcp/1', 'addresses such as'],
    ['listen = ["/ip4/999.2.3.4/tcp/1"]', 'listen in ', '999.2.3.4', 'addresses such as'],
    ['listen = ["/ip4/::1/tcp/1"]', 'listen in ', '::1', 'addresses such as'],
    ['listen = ["/ip4/1.2.3.4/tcp/65536"]', 'listen in ', '65536', 'addresses such as'],
    ['listen = ["/dns4/x/tcp/1"]', 'listen in ', '/dns4/x', 'addresses such as'],
    ['listen = ["/ip4/1.2.3.4/tcp/1/wss"]', 'listen in ', '/wss', 'addresses such as'],
    ['relay = "everybody"', 'relay in ', '"everybody"', 'off, for-neighbours or for-anyone'],
    ['relays = ["/ip4/192.0.2.1/tcp/4610"]', 'relays in ', '/tcp/4610', 'who is there'],
    ['relays = ["/ip4/192.0.2.1/tcp/1/p2p/x/p2p-circuit"]', 'relays in ', 'p2p-circuit', 'who is there'],
    ['public-addresses = ["https://example.org"]', 'public-addresses in ', 'https://', 'addresses such as'],
    ['api-host = "0.0.0.0"', 'api-host in ', '"0.0.0.0"', '127.0.0.1 or ::1'],
    ['clearing = true', 'clearing in ', '"true"', 'always, asked or never'],
    ['announce = true', 'announce in ', '"true"', 'ask or always'],
    ['mdns = "on"', 'mdns in ', '"on"', 'true or false'],
    ['directory = 1', 'directory in ', '"1"', 'true or false'],
    ['bootstrap = ["/ip4/192.0.2.1/tcp/4610"]', 'bootstrap in ', '192.0.2.1', 'end in /p2p/'],
    ['indexers = ["/ip4/192.0.2.1/tcp/4610"]', 'indexers in ', '192.0.2.1', 'end in /p2p/'],
    ['bootstrap = ["/ip4/192.0.2.1/tcp/4610/p2p/QmNo"]', 'bootstrap in ', '192.0.2.1', 'end in /p2p/'],
    ['log-level = "loud"', 'log-level in ', '"loud"', 'fatal, error, warn'],
    ['[precision]\nUAH = 9', 'precision in ', '{"UAH":9}', 'an integer from 0 to 8'],
    ['[precision]\n"U-H" = 2', 'precision in ', 'U-H', 'an integer from 0 to 8'],
  ])('in the file is refused by name: %s', (toml, key, value, allowed) => {
    const failure = refusal(() => read(toml));
    expect(failure.code).toBe('config-invalid');
    for (const part of [key, 'config.toml', value, allowed]) expect(failure.message).toContain(part);
    expect(failure.hint).toContain('geo config example');
  });

  it.each([
    [{ GEO_API_PORT: 'abc' }, 'GEO_API_PORT is "abc"'],
    [{ GEO_API_PORT: '-1' }, 'GEO_API_PORT is "-1"'],
    [{ GEO_API_PORT: '0x10' }, 'GEO_API_PORT is "0x10"'],
    [{ GEO_API_PORT: '' }, 'GEO_API_PORT is ""'],
    [{ GEO_MDNS: 'yes' }, 'GEO_MDNS is "yes"'],
    [{ GEO_PRECISION: 'UAH' }, 'GEO_PRECISION is'],
    [{ GEO_PRECISION: 'UAH=2=3' }, 'GEO_PRECISION is'],
    [{ GEO_LOG_LEVEL: 'INFO' }, 'GEO_LOG_LEVEL is "INFO"'],
  ])('in the environment is refused by name: %o', (environment, message) => {
    expect(refusal(() => read('', { environment })).message).toContain(message);
  });

  it('among the flags is refused by name', () => {
    expect(refusal(() => read('', { flags: { apiPort: '9'.repeat(400) } })).message).toMatch(/^--api-port is "9{40}…"/);
    expect(refusal(() => read('', { flags: { apiPort: ['1', '2'] } })).message).toContain('--api-port is');
  });

  it('that nobody knows is refused, and those that exist are named', () => {
    expect(refusal(() => read('api_port = 1')).message).toMatch(
      /^There is no setting api_port in .*; there are .*api-port/,
    );
    expect(refusal(() => read('data-dir = "/tmp"')).code).toBe('config-invalid');
    expect(refusal(() => read('', { environment: { GEO_API_PROT: '1' } })).message).toMatch(
      /^There is no setting GEO_API_PROT; there are .*GEO_API_PORT.*GEO_DATA_DIR/,
    );
  });

  it('in a file that is no TOML is found by its line', () => {
    const failure = refusal(() => read('network = "geo"\nname = \n'));
    expect(failure).toMatchObject({ code: 'config-invalid', hint: expect.stringContaining('geo config example') });
    expect(failure.message).toContain('at line 2');
    expect(refusal(() => read('name = "A"\nname = "B"')).message).toContain('at line 2');
  });

  it('file that cannot be read is said so', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'config.toml'));
    chmodSync(folder, 0o700);
    expect(refusal(() => readConfig({ flags: { dataDir: folder }, environment: {} })).code).toBe('folder-unreadable');
  });
});

describe('the data folder', () => {
  const sources = (flags: ConfigSources['flags'], environment: ConfigSources['environment']) => ({
    flags,
    environment,
  });

  it('is the one of the flag, else of the environment, absolute', () => {
    expect(dataDirOf(sources({ dataDir: 'a' }, { GEO_DATA_DIR: '/b' }))).toBe(resolve('a'));
    expect(dataDirOf(sources({}, { GEO_DATA_DIR: '/b' }))).toBe(resolve('/b'));
    expect(refusal(() => dataDirOf(sources({ dataDir: '' }, {}))).code).toBe('config-invalid');
  });

  it('is else where the system keeps such things', () => {
    const given = dataDirOf(sources({}, { XDG_DATA_HOME: '/data', APPDATA: '/data' }));
    const standard = dataDirOf(sources({}, {}));
    if (process.platform === 'darwin') {
      expect(standard).toBe(join(homedir(), 'Library', 'Application Support', 'geo'));
    } else {
      expect(given).toBe(join('/data', 'geo'));
      expect(standard.startsWith(homedir())).toBe(true);
    }
  });
});

describe('the example', () => {
  it('changes nothing as it is, and is right when every line counts', () => {
    expect(read(configExample())).toStrictEqual({ ...read(''), dataDir: expect.any(String) });
    const settings = configExample()
      .split('\n')
      .filter((line) => /^# (\[|[a-z-]+ = )/.test(line))
      .map((line) => line.slice(2))
      .join('\n');
    expect(read(settings)).toMatchObject({
      network: 'geo',
      name: 'Alice',
      listen: ['/ip4/0.0.0.0/tcp/4610'],
      precision: { hour: 1 },
    });
    expect(configExample()).toContain('# Allowed: an integer from 0 to 65535.');
  });
});
