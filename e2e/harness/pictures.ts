import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'

export type Sizes = Readonly<Record<string, readonly [width: number, height: number]>>

/**
 * Pictures of a view in each size, light and dark, `into` that folder as `view-size-theme.png`; nothing may scroll sideways.
 *
 * @returns how many were taken.
 */
export async function takePictures(
  page: Page,
  view: string,
  { into, sizes }: { readonly into: string; readonly sizes: Sizes },
  inSize: (size: string) => Promise<void> = async () => {},
): Promise<number> {
  for (const [size, [width, height]] of Object.entries(sizes)) {
    await page.setViewportSize({ width, height })
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      // Charts and waveforms draw themselves anew for the size.
      await page.waitForTimeout(150)
      await page.screenshot({ path: join(into, `${view}-${size}-${scheme}.png`) })
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect.soft(overflow, `${view} at ${size} scrolls sideways`).toBeLessThanOrEqual(0)
    await inSize(size)
  }
  return 2 * Object.keys(sizes).length
}
