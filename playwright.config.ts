import { defineConfig } from '@playwright/test'
import { LONG } from './e2e/harness/long.ts'

/** End-to-end tests drive the built app in the machine's Chromium against real servers they start themselves. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  grepInvert: new RegExp(LONG.tag),
  // Each test runs a server, its database and a browser; two cores carry one of those at a time.
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env['CI'] !== undefined,
  use: {
    // A touch that finds nothing must not take the whole time of a long test.
    actionTimeout: 120_000,
    screenshot: 'only-on-failure',
    // Every step with its times, network and console. The page as it was at each of them (`--trace retain-on-failure`)
    // is copied at every key, and takes longer than what is tested by keyboard.
    trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false },
  },
  outputDir: 'test-results',
})
