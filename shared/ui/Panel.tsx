import type { Icon } from '@tabler/icons-react'
import type { ComponentProps, ReactNode } from 'react'
import type { Tone } from './ToneBadge.tsx'
import styles from './Panel.module.css'

interface PanelProps extends Omit<ComponentProps<'div'>, 'title'> {
  readonly tone: Tone
  readonly icon: Icon
  readonly title: ReactNode
  readonly children?: ReactNode
}

/** Something a person should read: an icon, one sentence that says it, and below it the rest. */
export function Panel({ tone, icon: PanelIcon, title, children, ...rest }: PanelProps) {
  return (
    <div className={styles.panel} data-tone={tone} {...rest}>
      <PanelIcon className={styles.icon} size="1.5rem" stroke={1.9} aria-hidden />
      <div className={styles.body}>
        <p className={styles.title}>{title}</p>
        {children}
      </div>
    </div>
  )
}
