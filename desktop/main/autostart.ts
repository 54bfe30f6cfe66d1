/** Starting with the session: macOS and Windows are told through Electron; on Linux a file in the autostart folder says it. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** An argument with which the program starts without showing its window. */
export const HIDDEN_ARGUMENT = '--hidden';

const DESKTOP_FILE = 'geo.desktop';

/** How to start at login, on any system. */
export interface Login {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The program itself. */
  readonly executable: string;
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void;
}

/** Makes the program start at login, or no longer. */
export async function setAutostart(login: Login, isOn: boolean): Promise<void> {
  if (login.platform !== 'linux') {
    login.setLoginItemSettings({ openAtLogin: isOn, args: [HIDDEN_ARGUMENT] });
    return;
  }
  const folder = autostartFolder(login.environment);
  const file = join(folder, DESKTOP_FILE);
  if (!isOn) return rm(file, { force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(file, desktopEntry(login));
}

function autostartFolder({ XDG_CONFIG_HOME: configured }: Login['environment']): string {
  return join(configured || join(homedir(), '.config'), 'autostart');
}

function desktopEntry({ environment, executable }: Login): string {
  // An AppImage is unpacked to another place at each start; the variable names the file that stays.
  const program = environment.APPIMAGE || executable;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=GEO',
    `Exec=${quoted(program)} ${HIDDEN_ARGUMENT}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** As the Desktop Entry Specification wants arguments: in quotes, with what means something in them escaped, twice. */
function quoted(path: string): string {
  return `"${path
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
