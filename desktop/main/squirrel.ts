/**
 * Windows: the installer (Squirrel) starts the program once to say that it was installed, updated or is going, and wants
 * it to put its shortcuts in order and end.
 */
import { spawn } from 'node:child_process';
import { win32 } from 'node:path';

/** What to run before ending; null: this is a start as any other. `command` null: there is nothing to run. */
export interface SquirrelTask {
  readonly command: string | null;
  readonly args: readonly string[];
}

/** What the installer wants of this start. */
export function squirrelTask(
  platform: NodeJS.Platform,
  argv: readonly string[],
  executable: string,
): SquirrelTask | null {
  const [, said = ''] = argv;
  if (platform !== 'win32' || !said.startsWith('--squirrel-')) return null;
  // The installer keeps its own program one folder above each version.
  const command = win32.resolve(win32.dirname(executable), '..', 'Update.exe');
  const shortcut = win32.basename(executable);
  switch (said) {
    case '--squirrel-install':
    case '--squirrel-updated':
      return { command, args: [`--createShortcut=${shortcut}`] };
    case '--squirrel-uninstall':
      return { command, args: [`--removeShortcut=${shortcut}`] };
    case '--squirrel-firstrun':
      return null;
    default:
      return { command: null, args: [] };
  }
}

/** Resolves when the task is done, however it went: an installer waits for nothing. */
export async function carryOut({ command, args }: SquirrelTask): Promise<void> {
  if (command === null) return;
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}
