import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, readConfig } from '#node/config.ts';
import { type Preference, Preferences, withSetting } from '#node/preferences.ts';

const FILE = `# Settings of this node.
name = "Ann" # as friends say
listen = [
  "/ip4/127.0.0.1/tcp/0",
]

[precision]
# name = in a table is another one
hour = 1
`;

describe('a setting in config.toml', () => {
  it('is changed where it stands, and all else stays', () => {
    expect(withSetting(FILE, 'name', 'Anna "A"')).toBe(
      FILE.replace('name = "Ann" # as friends say', `name = "Anna \\"A\\""`),
    );
    expect(withSetting(FILE, 'clearing', 'asked')).toBe(FILE.replace('name =', 'clearing = "asked"\nname ='));
  });

  it('comes into a file that is empty, or has comments or tables only', () => {
    expect(withSetting('', 'name', 'Ann')).toBe('name = "Ann"\n');
    expect(withSetting('# a\n', 'name', 'Ann')).toBe('# a\nname = "Ann"\n');
    expect(withSetting('# a', 'name', 'Ann')).toBe('# a\nname = "Ann"');
    expect(withSetting('[precision]\nhour = 1\n', 'name', 'Ann')).toBe('name = "Ann"\n[precision]\nhour = 1\n');
  });

  it.each([
    ['is broken', 'name = '],
    ['has it over several lines', 'name = """\nAnn"""\n'],
    ['has text over several lines that looks like it', 'network = """\nname = "x"\n"""\n'],
  ])('is not touched where the file %s', (_what, text) => {
    expect(() => withSetting(text, 'name', 'Anna')).toThrow(/^The setting was not changed in config\.toml: /);
  });
});

describe('preferences', () => {
  let dataDir: string;
  const read = (): Config => readConfig({ flags: { dataDir }, environment: {} });
  const stored = (): Promise<string> => readFile(join(dataDir, 'config.toml'), 'utf8');

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'geo-preferences-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('are not said to be in force where putting them in force failed', async () => {
    const preferences = new Preferences({ config: read(), apply: () => Promise.reject(new Error('no disk')) });
    await expect(preferences.change({ name: 'Ann' })).rejects.toThrow('no disk');
    expect(preferences.now.name).toBe(null);
  });

  it('are in force at once, and at the next start', async () => {
    const applied: Preference[] = [];
    const preferences = new Preferences({ config: read(), apply: async (now) => void applied.push(now) });
    expect(preferences.now).toEqual({ name: null, clearing: 'always', announce: 'ask' });
    await Promise.all([preferences.change({ name: 'Ann' }), preferences.change({ clearing: 'never' })]);
    const now = { name: 'Ann', clearing: 'never', announce: 'ask' };
    expect(preferences.now).toEqual(now);
    expect(applied.at(-1)).toEqual(now);
    expect(read()).toMatchObject(now);
  });

  it('stay as they are where they cannot be kept', async () => {
    await writeFile(join(dataDir, 'config.toml'), 'name = "Ann"\n');
    const applied: Preference[] = [];
    const preferences = new Preferences({ config: read(), apply: async (now) => void applied.push(now) });
    await writeFile(join(dataDir, 'config.toml'), 'name = \n');
    await expect(preferences.change({ name: 'Anna' })).rejects.toMatchObject({ code: 'config-invalid' });
    expect([preferences.now.name, await stored(), applied]).toEqual(['Ann', 'name = \n', []]);
    await writeFile(join(dataDir, 'config.toml'), 'name = "Ann"\n');
    await preferences.change({ name: 'Anna' });
    expect(await stored()).toBe('name = "Anna"\n');
  });
});
