import type { ReactNode } from 'react'
import styles from './Section.module.css'

interface SectionProps {
  readonly title: string
  readonly explanation: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** One part of the page, with its own heading and what it is for. */
export function Section({ title, explanation, actions, children }: SectionProps) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <div>
          <h2>{title}</h2>
          <p>{explanation}</p>
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}
