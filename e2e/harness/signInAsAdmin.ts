import type { Page } from '@playwright/test'
import type { TestServer } from './server.ts'

const PHRASE = 'a phrase of the administrator'
/** Whose administrator has signed in before. */
const chosen = new WeakSet<Pick<TestServer, 'url' | 'oneTimePassword'>>()

/** The console by keyboard: at the first sign-in with the password that the log printed, then with the one that was chosen. */
export async function signInAsAdmin(page: Page, server: Pick<TestServer, 'url' | 'oneTimePassword'>): Promise<void> {
  await page.goto(`${server.url}/console/`)
  await page.getByTestId('sign-in-username').fill('admin')
  await page.getByTestId('sign-in-password').fill(chosen.has(server) ? PHRASE : server.oneTimePassword)
  await page.keyboard.press('Enter')
  if (chosen.has(server)) return
  await page.getByTestId('new-password').fill(PHRASE)
  await page.getByTestId('new-password-again').fill(PHRASE)
  await page.keyboard.press('Enter')
  chosen.add(server)
}
