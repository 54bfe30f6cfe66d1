/** Builds the pages that nodes and hubs serve, before the tests that open them. */
import { join } from 'node:path';
import { build } from 'vite';

const UI = join(import.meta.dirname, '../../desktop/ui');

/** Called by Vitest, once for each project that asks for it. */
export async function setup(): Promise<void> {
  await build({ root: UI, logLevel: 'warn' });
  await build({ configFile: join(UI, 'member.config.ts'), logLevel: 'error' });
}
