import { Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './Page.module.css'

interface PageProps {
  readonly title: string
  /** Right of the title. */
  readonly aside?: ReactNode
  readonly width?: 'narrow' | 'wide'
  readonly children: ReactNode
}

/** A view: its title takes the focus when it appears, so that keyboards and screen readers start there. */
export function Page({ title, aside, width = 'wide', children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Spira Edge`
    heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <div className={styles.page} data-width={width}>
      <div className={styles.head}>
        <Title order={1} ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </div>
  )
}

/** One thing on a page. */
export function Card({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <section className={styles.card} aria-label={label}>
      {children}
    </section>
  )
}
