import { expect, type Page } from '@playwright/test'

/** Tab until the element has the focus: it can be reached without a pointer. */
export async function tabTo(page: Page, testId: string): Promise<void> {
  const target = page.getByTestId(testId).first()
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 90; presses += 1) {
    const there = await target.evaluate((element) => element.contains(document.activeElement))
    if (there) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${testId} cannot be reached by Tab`)
}

/** Reaches it by Tab and presses Enter. */
export async function press(page: Page, testId: string): Promise<void> {
  await tabTo(page, testId)
  await page.keyboard.press('Enter')
}
