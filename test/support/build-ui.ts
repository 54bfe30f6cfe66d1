/** Builds the pages that nodes serve, before the tests that open them. */
import { join } from 'node:path';
import { build } from 'vite';

/** Called by Vitest, once for each project that asks for it. */
export async function setup(): Promise<void> {
  await build({ root: join(import.meta.dirname, '../../desktop/ui'), logLevel: 'warn' });
}
