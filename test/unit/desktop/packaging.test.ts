/** What installers are made of, and what they make the system do. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUSES } from '#desktop/main/fuses.ts';
import { squirrelTask } from '#desktop/main/squirrel.ts';
import forge, { isLeftOut } from '#desktop/packaging/forge.config.ts';
import root from '../../../package.json' with { type: 'json' };

const PACKAGING = join(import.meta.dirname, '../../../desktop/packaging');
const manifest = JSON.parse(readFileSync(join(PACKAGING, 'package.json'), 'utf8')) as typeof root & { main: string };

describe('the package', () => {
  it('is of the version of the program, and of the Electron that it is checked with', () => {
    expect(manifest.version).toBe(root.version);
    expect(manifest.devDependencies.electron).toBe(root.devDependencies.electron);
    // All pinned, and nothing at run time but what was built.
    for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d/);
    expect(manifest).not.toHaveProperty('dependencies');
  });

  it('has what was built, and nothing else', () => {
    const paths = ['', '/package.json', '/dist', '/dist/app/main.js', '/dist/node_modules/classic-level/index.js'];
    expect(paths.filter(isLeftOut)).toEqual([]);
    const others = [
      '/node_modules',
      '/node_modules/electron/index.js',
      '/forge.config.ts',
      '/distant',
      '/out',
      '/.npmrc',
    ];
    expect(others.filter(isLeftOut)).toEqual(others);
    expect(isLeftOut(`/${manifest.main}`)).toBe(false);
  });

  it('is made for every system, by makers that are installed, with pictures that are there', () => {
    const made = forge.makers.flatMap(({ name, platforms }) =>
      platforms.map((system) => `${system} ${name.slice(22)}`),
    );
    expect(made.sort()).toEqual(['darwin dmg', 'darwin zip', 'linux deb', 'linux rpm', 'linux zip', 'win32 squirrel']);
    const names = [...forge.makers, ...forge.plugins].map(({ name }) => name);
    expect(names.filter((name) => !(name in manifest.devDependencies))).toEqual([]);
    const { icon } = forge.packagerConfig;
    for (const file of [`${icon}.png`, `${icon}.ico`, `${icon}.icns`]) {
      expect([file, existsSync(join(PACKAGING, file))]).toEqual([file, true]);
    }
  });

  it('has the fuses, opens links, and loads machine code from beside the archive', () => {
    expect(forge.plugins).toEqual([{ name: '@electron-forge/plugin-fuses', config: FUSES }]);
    expect(forge.packagerConfig.protocols).toEqual([{ name: 'GEO link', schemes: ['geo'] }]);
    expect(JSON.stringify(forge.makers).match(/x-scheme-handler\/geo/g)).toHaveLength(2);
    expect(forge.packagerConfig.asar).toEqual({ unpack: '**/*.node' });
  });
});

describe('the installer of Windows', () => {
  const exe = 'C:\\Users\\anna\\AppData\\Local\\geo\\app-0.1.0\\geo-desktop.exe';
  const update = 'C:\\Users\\anna\\AppData\\Local\\geo\\Update.exe';

  it.each([
    ['--squirrel-install', { command: update, args: ['--createShortcut=geo-desktop.exe'] }],
    ['--squirrel-updated', { command: update, args: ['--createShortcut=geo-desktop.exe'] }],
    ['--squirrel-uninstall', { command: update, args: ['--removeShortcut=geo-desktop.exe'] }],
    ['--squirrel-obsolete', { command: null, args: [] }],
    ['--squirrel-firstrun', null],
    ['--hidden', null],
  ])('is told what it wants: %s', (argument, task) => {
    expect(squirrelTask('win32', [exe, argument], exe)).toEqual(task);
  });

  it('is on Windows only', () => {
    expect(squirrelTask('linux', ['/opt/geo', '--squirrel-install'], '/opt/geo')).toBeNull();
    expect(squirrelTask('win32', [exe], exe)).toBeNull();
  });
});
