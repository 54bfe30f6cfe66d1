import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { countReporter } from '../support/count-reporter.ts';

// Not among the projects of `npm test`: it needs Electron's binary.
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    name: 'desktop',
    reporters: ['default', countReporter],
    include: ['test/desktop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
