import type { ReactNode } from 'react'

interface ScrollRegionProps {
  /** What lies in it, for who does not see it. */
  readonly label: string
  readonly className: string | undefined
  readonly children: ReactNode
}

/** A part of a page that scrolls by itself: named, and reached by Tab, so that arrow keys scroll it (axe: scrollable-region-focusable). */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: arrow keys must reach it
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
