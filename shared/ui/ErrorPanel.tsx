import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Panel } from './Panel.tsx'
import styles from './ErrorPanel.module.css'
import { useText } from './useText.ts'

interface ErrorPanelProps {
  /** What happened, to which thing. */
  readonly happened: string
  /** What was not lost. */
  readonly kept?: string | undefined
  /** What to do now. */
  readonly next: string
  /** A button that does it. */
  readonly action?: ReactNode
  readonly 'data-testid'?: string
}

/** A failure as a person can act on it: what happened, what was kept, what to do. Announced by screen readers when it appears. */
export function ErrorPanel({ happened, kept, next, action, ...rest }: ErrorPanelProps) {
  const text = useText()
  return (
    <Panel tone="alarm" icon={IconAlertTriangle} title={happened} role="alert" {...rest}>
      <dl className={styles.facts}>
        {kept !== undefined && (
          <>
            <dt>{text('error.kept')}</dt>
            <dd>{kept}</dd>
          </>
        )}
        <dt>{text('error.next')}</dt>
        <dd>{next}</dd>
      </dl>
      {action}
    </Panel>
  )
}
