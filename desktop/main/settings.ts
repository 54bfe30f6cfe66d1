/** What the person chose about the program itself, in a small file of its own: `desktop.json` in the data folder. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '#node/private-file.ts';
import type { DesktopSettings } from '../preload/bridge.ts';

const FILE = 'desktop.json';
const schema = z.object({ startAtLogin: z.boolean(), notifications: z.boolean() });

const USUAL: DesktopSettings = { startAtLogin: false, notifications: true };

/** What was chosen, else what is usual. A file that cannot be read chooses nothing. */
export async function readSettings(folder: string): Promise<DesktopSettings> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
  } catch {
    return USUAL;
  }
}

/** Keeps a choice. */
export async function writeSettings(folder: string, settings: DesktopSettings): Promise<void> {
  const path = join(folder, FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writePrivateFile(path, `${JSON.stringify(settings)}\n`);
}
