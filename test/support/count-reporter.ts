import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends every run with the line `N passed, N failed`. A test that did not run has not passed, so a skipped one counts
 * as failed, as does a file that cannot be loaded and an error outside of any test.
 */
export const countReporter: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const { passed, failed } = countTests(modules);
    const failures = failed + unhandledErrors.length;
    if (failures > 0) process.exitCode = 1;
    console.log(`${passed} passed, ${failures} failed`);
  },
};

function countTests(modules: readonly TestModule[]): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const module of modules) {
    failed += module.errors().length;
    for (const test of module.children.allTests()) {
      if (test.result().state === 'passed') passed += 1;
      else failed += 1;
    }
  }
  return { passed, failed };
}
