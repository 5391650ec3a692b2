import { expect, type Page } from '@playwright/test'

/** From here on the page remembers whether a pointer was used, origin by origin; the answer asks it. */
export async function watchForPointer(page: Page): Promise<() => Promise<void>> {
  await page.addInitScript(() => {
    for (const type of ['pointerdown', 'pointermove', 'wheel', 'touchstart'])
      addEventListener(type, () => sessionStorage.setItem('pointer-used', type), true)
  })
  return async () => expect(await page.evaluate(() => sessionStorage.getItem('pointer-used'))).toBeNull()
}

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

/** Goes down an open menu until the element has the focus, and chooses it. */
export async function choose(page: Page, testId: string): Promise<void> {
  const target = page.getByTestId(testId).first()
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 20; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press('Enter')
      return
    }
    await page.keyboard.press('ArrowDown')
  }
  throw new Error(`${testId} cannot be reached by the arrow keys`)
}

/** Reaches a field by Tab and types in it, in place of what it holds. */
export async function typeInto(page: Page, testId: string, words: string): Promise<void> {
  await tabTo(page, testId)
  await page.keyboard.press('Control+a')
  await page.keyboard.type(words)
}
