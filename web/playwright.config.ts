// End-to-end tests against the real binary and its demo world, in the system's Chromium. Nothing
// is downloaded: set CHROMIUM where it is not /usr/bin/chromium.
import { defineConfig } from '@playwright/test';
import type { Means } from './e2e/portal';

export default defineConfig<Means>({
  testDir: 'e2e',
  globalSetup: './e2e/demo.setup.ts',
  // One node and one demo world for all: tests that dispense or recall nothing can share it.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // Two nodes of the dev profile and two browsers share what the machine has.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  // Every task is done a second time, by the keyboard alone.
  projects: [
    { name: 'pointer', use: { byKeyboard: false } },
    { name: 'keyboard', grep: /@task/, use: { byKeyboard: true } },
  ],
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Tests see every request; those of `offline.spec.ts` want the worker.
    serviceWorkers: 'block',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
