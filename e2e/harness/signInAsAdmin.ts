import type { Page } from '@playwright/test'
import type { TestServer } from './server.ts'

/** The console of a server that was just made: the administrator's first sign-in, by keyboard, with the password that the log printed. */
export async function signInAsAdmin(page: Page, server: Pick<TestServer, 'url' | 'oneTimePassword'>): Promise<void> {
  await page.goto(`${server.url}/console/`)
  await page.getByTestId('sign-in-username').fill('admin')
  await page.getByTestId('sign-in-password').fill(server.oneTimePassword)
  await page.keyboard.press('Enter')
  await page.getByTestId('new-password').fill('a phrase of the administrator')
  await page.getByTestId('new-password-again').fill('a phrase of the administrator')
  await page.keyboard.press('Enter')
}
