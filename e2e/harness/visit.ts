import { expect, type Page } from '@playwright/test'
import type { EnrolledApp } from './enrolled.ts'
import type { Hands } from './hands.ts'
import type { Patient } from './patient.ts'
import type { TestServer } from './server.ts'

/** A walk through the app of one device, after a whole encounter, by keyboard alone. */
export interface Visit {
  readonly server: TestServer
  readonly app: EnrolledApp
  readonly patient: Patient
  readonly hands: Hands
  /** Is called on each view, by its name. */
  readonly at: (view: string) => Promise<void>
}

export const homeOf = ({ server }: Pick<Visit, 'server'>): string => `${server.url}/bedside/`

/** Waits until the running take is so long by the app's own clock. */
export const takeLasts = (page: Page, milliseconds: number): Promise<void> =>
  expect
    .poll(async () => Number(await page.getByTestId('elapsed').getAttribute('data-ms')), { timeout: 60_000 })
    .toBeGreaterThan(milliseconds)

/** Stops the running take; looked at for long, it may have come to its longest time by itself. */
export async function stopTake({ app: { page }, hands }: Visit): Promise<void> {
  if (await page.getByTestId('stop-recording').isVisible()) await hands.activate('stop-recording')
  await expect(page.getByTestId('result-quality').first()).toBeVisible({ timeout: 60_000 })
}
