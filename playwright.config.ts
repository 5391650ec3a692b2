import { defineConfig } from '@playwright/test'

/** End-to-end tests drive the built app in the machine's Chromium against real servers they start themselves. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // Each test runs a server, its database and a browser; two cores carry one of those at a time.
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env['CI'] !== undefined,
  use: { screenshot: 'only-on-failure', trace: 'retain-on-failure' },
  outputDir: 'test-results',
})
