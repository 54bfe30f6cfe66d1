import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { countReporter } from './test/support/count-reporter.ts';

/** What is waited for is waited for as long as a busy machine takes; the default is a second. */
const expect = { poll: { timeout: 20_000 } };
/** Processes that tests start themselves start as soon as those that `geo` starts. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

// One project a level of test (see CONTRIBUTING.md), run in this order; `npm run check` runs the first two.
// Groups count from 1: Vitest runs the files of group 0 last where there is one core.
export default defineConfig({
  test: {
    reporters: ['default', countReporter],
    projects: [
      {
        test: {
          name: 'unit',
          expect,
          include: ['test/unit/**/*.test.ts'],
          // Opening a key that a passphrase protects is slow on purpose.
          testTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'property',
          include: ['test/{property,model}/**/*.test.ts'],
          testTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'faults',
          env,
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'e2e',
          expect,
          env,
          globalSetup: 'test/support/build-ui.ts',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file starts processes of its own, and waits for them: on two cores three at a time take a fifth less than two.
          maxWorkers: 3,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'browser',
          expect,
          env,
          globalSetup: 'test/support/build-ui.ts',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each starts a browser, and waits for it: on two cores two at a time take a quarter less than one.
          maxWorkers: 2,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
