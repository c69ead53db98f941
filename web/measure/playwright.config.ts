// Measurements of the portal on the real binary and its demo world: figures for docs/benchmarks.md,
// one line of JSON each. Nothing here fails on a time; run it on a machine that does nothing else.
import { defineConfig } from '@playwright/test';
import type { Means } from '../e2e/portal';
import tests from '../playwright.config';

export default defineConfig<Means>({
  ...tests,
  projects: undefined,
  testDir: '.',
  globalSetup: '../e2e/demo.setup.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 15 * 60_000,
  reporter: [['line']],
  use: { ...tests.use, trace: 'off' },
});
