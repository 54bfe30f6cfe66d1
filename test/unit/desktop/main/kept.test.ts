/** What the program keeps and writes: its settings, the start at login, the file for support. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Login, setAutostart } from '#desktop/main/autostart.ts';
import { readSettings, writeSettings } from '#desktop/main/settings.ts';
import { supportBundle, withoutSecrets } from '#desktop/main/support-bundle.ts';
import { newCookie } from '#node/api/access.ts';
import { newSeed } from '#node/identity/key-file.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { wordsFromSeed } from '#protocol/words.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-kept-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('settings', () => {
  it('are what was chosen, else what is usual', async () => {
    const place = join(folder, 'new');
    expect(await readSettings(place)).toEqual({ startAtLogin: false, notifications: true });
    await writeSettings(place, { startAtLogin: true, notifications: false });
    expect(await readSettings(place)).toEqual({ startAtLogin: true, notifications: false });
    for (const text of ['', '{', '{"startAtLogin":"yes","notifications":true}', '[]']) {
      await writeFile(join(place, 'desktop.json'), text);
      expect(await readSettings(place)).toEqual({ startAtLogin: false, notifications: true });
    }
  });
});

describe('starting at login', () => {
  const set: object[] = [];
  const login = (more: Partial<Login> = {}): Login => ({
    platform: 'linux',
    environment: { XDG_CONFIG_HOME: join(folder, 'config') },
    executable: '/opt/my "GEO"/100%/$x`y\\z',
    setLoginItemSettings: (settings) => void set.push(settings),
    ...more,
  });
  const file = (): string => join(folder, 'config/autostart/geo.desktop');

  it('is a file on Linux, with the path as it has to be written', async () => {
    await setAutostart(login(), true);
    // Read back as the Desktop Entry Specification says: first the escapes of a string, then those of an argument.
    const exec = /^Exec="(.*)" --hidden$/m.exec(await readFile(file(), 'utf8'))?.[1] ?? '';
    const unescaped = exec
      .replace(/\\\\/g, '\\')
      .replace(/\\(["`$\\])/g, '$1')
      .replaceAll('%%', '%');
    expect(unescaped).toBe(login().executable);
    const appImage = { ...login().environment, APPIMAGE: '/home/anna/GEO.AppImage' };
    await setAutostart(login({ environment: appImage }), true);
    expect(await readFile(file(), 'utf8')).toContain('Exec="/home/anna/GEO.AppImage" --hidden\n');
    await setAutostart(login(), false);
    await expect(stat(file())).rejects.toThrow('ENOENT');
    await setAutostart(login(), false);
    expect(set).toEqual([]);
  });

  it('is a setting of the system elsewhere', async () => {
    await setAutostart(login({ platform: 'darwin' }), true);
    await setAutostart(login({ platform: 'win32' }), false);
    expect(set).toEqual([
      { openAtLogin: true, args: ['--hidden'] },
      { openAtLogin: false, args: ['--hidden'] },
    ]);
  });
});

describe('the file for support', () => {
  it('has the end of the log, and no secret that strayed into it', async () => {
    const place = join(folder, 'node');
    const seed = newSeed();
    const [words, hex, cookie] = [wordsFromSeed(seed), bytesToHex(seed), newCookie()];
    const secrets = [words, words.split(' ').slice(0, 12).join(' '), hex, cookie, 'geo:card/AAAABBBB', 'linksecret'];
    const lines = [
      ...Array.from({ length: 600 }, (_, index) => `{"msg":"line ${index}"}`),
      `{"msg":"${words}"}`,
      `{"msg":"half: ${words.split(' ').slice(0, 12).join(' ')}"}`,
      `{"seed":"${hex}","header":"Bearer ${cookie}","path":"/ui/#/open/linksecret"}`,
      `{"cookie":"${cookie}","card":"geo:card/AAAABBBB"}`,
      '{"msg":"the node is up"}',
    ];
    await mkdir(place);
    await writeFile(join(place, 'node.log'), `${lines.join('\n')}\n`);
    await writeFile(join(place, 'config.toml'), 'name = "Anna Secret"\nclearing = "asked"\n');
    const situation = { state: 'stopped' } as const;
    const text = await supportBundle({ folder: place, versions: { geo: '0.1.0' }, situation, nowMs: 0 });
    for (const secret of [...secrets, 'Anna Secret']) expect(text).not.toContain(secret);
    const bundle = JSON.parse(text) as { logs: Record<string, string[]> };
    expect(bundle).toMatchObject({ madeAt: '1970-01-01T00:00:00.000Z', settings: { clearing: 'asked' }, situation });
    expect(bundle.logs['node.log']).toHaveLength(500);
    expect(bundle.logs['node.log']?.at(-1)).toBe('{"msg":"the node is up"}');
  });

  it('does not say where the home folder is, and says what is wrong with the settings', async () => {
    expect(withoutSecrets('at /home/anna/geo', '/home/anna')).toBe('at ~/geo');
    const place = join(folder, 'wrong');
    await mkdir(place);
    await writeFile(join(place, 'config.toml'), 'clearing = 7\n');
    const text = await supportBundle({ folder: place, versions: {}, situation: { state: 'starting' }, nowMs: 0 });
    expect(text).toContain('clearing');
  });
});
