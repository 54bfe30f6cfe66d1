import { defineConfig } from 'vitest/config';
import { countReporter } from './test/support/count-reporter.ts';

/** One project a level of test (see CONTRIBUTING.md); `npm run check` runs the first two. */
export default defineConfig({
  test: {
    reporters: ['default', countReporter],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'property',
          include: ['test/{property,model}/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real processes, each of which wants a core: two files at a time, after all else.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
