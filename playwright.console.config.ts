import { defineConfig } from '@playwright/test'
import shared from './playwright.config.ts'

/** `npm run -s console:screens`: every view of the console, to be looked at. Build the console first. */
export default defineConfig(shared, {
  testDir: 'e2e',
  testMatch: 'console/*.ts',
  testIgnore: [],
  use: { actionTimeout: 60_000 },
})
