import { defineConfig } from '@playwright/test'
import { LONG } from './e2e/harness/long.ts'

/** Tests in which nobody records. Sound runs in real time: those with a microphone never run beside each other. */
const WITHOUT_MICROPHONE = [
  'administratorDay',
  'consolePeople',
  'consoleProtocol',
  'consoleReleases',
  'modelTrust',
  'parity',
  'releaseConformance',
  'researcherDay',
  'shell',
  'signal',
  'start',
].map((name) => `${name}.spec.ts`)

/** End-to-end tests drive the built app in the machine's Chromium against real servers they start themselves. */
export const shared = defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  grepInvert: new RegExp(LONG.tag),
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

export default defineConfig(shared, {
  // Each test runs a server, its database and a browser, and waits for them half of its time: two cores carry two.
  workers: 2,
  projects: [
    { name: 'at the microphone', testIgnore: WITHOUT_MICROPHONE, workers: 1 },
    { name: 'without one', testMatch: WITHOUT_MICROPHONE, workers: 1 },
  ],
})
