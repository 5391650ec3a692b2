import type { Icon } from '@tabler/icons-react'
import type { ComponentProps, ReactNode } from 'react'
import styles from './ToneBadge.module.css'

/** alarm: act. calm: no alarm. unsure: neither. good / warn: condition of a thing. plain: a fact. */
export type Tone = 'alarm' | 'calm' | 'unsure' | 'good' | 'warn' | 'plain'

interface ToneBadgeProps extends ComponentProps<'span'> {
  readonly tone: Tone
  readonly icon: Icon
  readonly children: ReactNode
}

/** A word with an icon on a quiet ground: the only way a state is shown, so that none rests on colour. */
export function ToneBadge({ tone, icon: StateIcon, children, ...rest }: ToneBadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone} {...rest}>
      <StateIcon size="1.15em" stroke={2} aria-hidden />
      <span>{children}</span>
    </span>
  )
}
