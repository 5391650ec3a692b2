import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { useText } from '../catalogue.ts'
import styles from './ClassBalance.module.css'

/** How many of each class, in figures and as shares of a bar. */
export function ClassBalance({ present, absent }: Pick<DatasetVersion, 'present' | 'absent'>) {
  const text = useText()
  return (
    <div className={styles.balance}>
      <span>
        {text('dataset.present', { count: present })} · {text('dataset.absent', { count: absent })}
      </span>
      <div className={styles.bar} aria-hidden>
        <span data-tone="alarm" style={{ flexGrow: present }} />
        <span data-tone="calm" style={{ flexGrow: absent }} />
      </div>
    </div>
  )
}
