/** `geo` in this process: hundreds of command lines take as long as one that is started. */
import { afterEach, beforeEach, vi } from 'vitest';
import { runCli } from '#node/cli/run.ts';
import type { GeoRun } from './geo.ts';

const printed = { stdout: '', stderr: '' };

/** Takes what is printed in each test of the file. */
export function captureOutput(): void {
  beforeEach(() => {
    // The runner's own; what is tested are pipes.
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', '1');
    for (const stream of ['stdout', 'stderr'] as const) {
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        printed[stream] += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
}

/** Runs `geo` on a data folder. */
export async function runHere(folder: string, argv: readonly string[]): Promise<GeoRun> {
  printed.stdout = '';
  printed.stderr = '';
  const code = await runCli(['--data-dir', folder, ...argv]);
  return { code, ...printed };
}
