/** Builds the pages that nodes and hubs serve, before the tests that open them. */
import { join } from 'node:path';
import { build } from 'vite';

const UI = join(import.meta.dirname, '../../desktop/ui');

/** Called by Vitest, once for each project that asks for it. As they are shipped: Vitest says that this is a test, and then they are larger. */
export async function setup(): Promise<void> {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({ root: UI, logLevel: 'warn' });
  await build({ configFile: join(UI, 'member.config.ts'), logLevel: 'error' });
  process.env.NODE_ENV = NODE_ENV;
}
