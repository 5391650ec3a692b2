import type { ReactNode } from 'react'
import styles from './ActionsBar.module.css'

/** What to do on this view, always in reach at its foot, also at 1024 by 600. The last one is the way on. */
export function ActionsBar({ children }: { children: ReactNode }) {
  return <div className={styles.bar}>{children}</div>
}
