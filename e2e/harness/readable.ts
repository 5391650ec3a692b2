import { expect, type Page } from '@playwright/test'

/** A 1280 px screen at 200 % zoom leaves so many CSS pixels. */
export const AT_200_PERCENT = { width: 640, height: 430 } as const

const softly = expect.configure({ soft: true })

/**
 * No words are cut off: none reaches beyond a box that hides what does not fit, unless the whole of it stands in a title or a name that
 * is read aloud. What is meant for screen readers alone, a pixel wide, is not seen by anybody.
 */
export async function expectUnclipped(page: Page, view: string): Promise<void> {
  const clipped = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const holder = node.parentElement
      const words = node.textContent?.trim() ?? ''
      if (words === '' || holder === null || !holder.checkVisibility({ visibilityProperty: true })) continue
      if (holder.closest('script, style, select, textarea, canvas') !== null) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const seen = range.getBoundingClientRect()
      const carrier = holder.closest('[title], [aria-label]')
      const whole = `${carrier?.getAttribute('title') ?? ''} ${carrier?.getAttribute('aria-label') ?? ''}`
      if (seen.width === 0 || whole.includes(words)) continue
      for (let box: HTMLElement | null = holder; box !== null && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box)
        const x = /hidden|clip/.test(style.overflowX)
        const y = /hidden|clip/.test(style.overflowY)
        const { left, right, top, bottom, width, height } = box.getBoundingClientRect()
        if (width <= 1.5 || height <= 1.5 || style.clipPath !== 'none') break
        // Letters are lower than their line: only a line that is a third gone is cut.
        const third = seen.height / 3
        const beyond =
          (x && (seen.left < left - 1.5 || seen.right > right + 1.5)) ||
          (y && (seen.top < top - third || seen.bottom > bottom + third))
        if (!beyond) continue
        found.push(`${words.slice(0, 60)} in ${holder.outerHTML.slice(0, 120)}`)
        break
      }
    }
    return found
  })
  softly(clipped, `${view}: words are cut off`).toEqual([])
}

/** Nothing lies beside the view. */
export async function expectNoSidewaysScroll(page: Page, view: string): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  softly(overflow, `${view} scrolls sideways`).toBeLessThanOrEqual(0)
}

/** Whoever asked for less motion sees none: nothing on the page is under way, nor begins by itself. */
export async function expectStill(page: Page, view: string): Promise<void> {
  const moving = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ playState }) => playState === 'running')
        .map(({ effect }) =>
          effect instanceof KeyframeEffect ? (effect.target?.outerHTML.slice(0, 120) ?? 'an element that is gone') : '',
        ),
    )
  await softly.poll(moving, { message: `${view} moves`, timeout: 2000 }).toEqual([])
}
