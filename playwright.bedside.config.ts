import { defineConfig } from '@playwright/test'
import { shared } from './playwright.config.ts'

/** The long proofs of the bedside app, each by a command of its own: every language, a crash in each step, screenshots. */
export default defineConfig(shared, {
  testDir: 'e2e',
  testMatch: ['bedside/*.ts', 'badSound.spec.ts'],
  grepInvert: [],
  testIgnore: [],
})
