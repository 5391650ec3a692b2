import { defineConfig } from '@playwright/test'
import { shared } from './playwright.config.ts'

/** The long proofs of the console, each by a command of its own: `console:screens`, every view to be looked at; `console:import`. */
export default defineConfig(shared, {
  testDir: 'e2e',
  testMatch: 'console/*.ts',
  testIgnore: [],
})
