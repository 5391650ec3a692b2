import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Nothing on the page that axe finds wrong: names, contrasts, roles, landmarks. */
export const expectAccessible = (page: Page, view: string): Promise<void> => expectClean(axe(page), view)

/** In the other scheme only the colours are others. */
export const expectContrast = (page: Page, view: string): Promise<void> =>
  expectClean(axe(page).withRules('color-contrast'), view)

/** Without frames there is nothing to gather from other pages: axe opens none. */
const axe = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode(true)

async function expectClean(builder: AxeBuilder, view: string): Promise<void> {
  const { violations } = await builder.analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  expect.soft(found, view).toEqual([])
}

/** Whatever can be touched is 44 px at least on each side, or its label around it is (WCAG 2.5.5). */
export async function expectTouchable(page: Page, view: string): Promise<void> {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, [role=option]')].flatMap(
      (element) => {
        const target = element.closest('label') ?? element
        const { width, height } = target.getBoundingClientRect()
        const isShown = width > 1 && height > 1 && getComputedStyle(element).visibility !== 'hidden'
        // A slider over a waveform is moved by keys; the waveform beneath it takes the touch.
        const passesTouch = getComputedStyle(element).pointerEvents === 'none'
        if (!isShown || passesTouch || (width >= 43.5 && height >= 43.5)) return []
        // The words of a checkbox are part of what is touched.
        const words = element.id === '' ? null : document.querySelector(`label[for="${element.id}"]`)
        if (words !== null && words.getBoundingClientRect().height >= 43.5) return []
        return [`${target.outerHTML.slice(0, 120)} ${Math.round(width)}x${Math.round(height)}`]
      },
    ),
  )
  expect.soft(small, view).toEqual([])
}
