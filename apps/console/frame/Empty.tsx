import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import styles from './Empty.module.css'

interface EmptyProps {
  readonly icon: Icon
  readonly title: string
  /** How something comes to be here. */
  readonly children: ReactNode
}

export function Empty({ icon: EmptyIcon, title, children }: EmptyProps) {
  return (
    <div className={styles.empty} data-testid="empty">
      <EmptyIcon size={36} stroke={1.5} aria-hidden />
      <h2>{title}</h2>
      <div>{children}</div>
    </div>
  )
}
