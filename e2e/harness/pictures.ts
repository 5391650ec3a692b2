import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoSidewaysScroll } from './readable.ts'

export type Sizes = Readonly<Record<string, readonly [width: number, height: number]>>

/** Wider than this a view is read on a screen that shows it whole. */
const WHOLE_BELOW_PX = 1100

/**
 * Pictures of a view in each size, light and dark, `into` that folder as `view-size-theme.png`, on small screens the whole of it, what
 * lies below the fold too; nothing may scroll sideways.
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
      await page.screenshot({
        path: join(into, `${view}-${size}-${scheme}.png`),
        fullPage: width < WHOLE_BELOW_PX,
      })
    }
    await expectNoSidewaysScroll(page, `${view} at ${size}`)
    await inSize(size)
  }
  return 2 * Object.keys(sizes).length
}
