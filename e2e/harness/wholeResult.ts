import { expect, type Page } from '@playwright/test'

/** What a result must never lack (promise 3): interval or why there is none, threshold, model, use, likeness, what to do, what was measured. */
export async function expectWholeResult(page: Page): Promise<void> {
  await expect(page.getByTestId('result-interval').first()).not.toBeEmpty()
  await expect(page.getByTestId('result-threshold').first()).toHaveText(/\d/)
  await expect(page.getByTestId('result-model-version').first()).toHaveAttribute('data-version', /^\d+$/)
  await expect(page.getByTestId('intended-use').first()).toBeVisible()
  await expect(page.getByTestId('likeness').first()).toHaveAttribute('data-likeness', /^(like|unlike|not-checked)$/)
  await expect(page.getByTestId('next-steps').first().locator('li').first()).toBeVisible()
  await expectMeasures(page)
}

/** The spectrogram with the seconds that mattered, and descriptors of which at least one stands against what is usual. */
export async function expectMeasures(page: Page): Promise<void> {
  await expect(page.getByTestId('relevance').first()).toBeVisible({ timeout: 60_000 })
  const rows = page.getByTestId('descriptors').first().locator('dd')
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(3)
  await expect(page.getByTestId('descriptors').first().locator('[data-where]').first()).toBeVisible()
}
