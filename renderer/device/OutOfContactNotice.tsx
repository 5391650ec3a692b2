import { Button } from '@mantine/core'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconEraser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import type { OutOfContact } from '../bedside/bedside.ts'

/** This device will erase itself: when, what would be lost, and what to do about it. */
export function OutOfContactNotice({ standing }: { standing: OutOfContact }) {
  const text = useAppText()
  return (
    <OutOfContactPanel standing={standing}>
      <Button component={Link} to="/sync">
        {text('outOfContact.do')}
      </Button>
    </OutOfContactPanel>
  )
}

/** The same where there is nowhere to go, such as on a locked screen. */
export function OutOfContactPanel({ standing, children }: { standing: OutOfContact; children?: React.ReactNode }) {
  const text = useAppText()
  const { formatDate } = useIntl()
  const { lastContactAt, daysLeft, waiting } = standing
  return (
    <Panel
      tone="alarm"
      icon={IconEraser}
      title={text('outOfContact.title', { days: daysLeft, date: formatDate(lastContactAt, { dateStyle: 'medium' }) })}
      aria-live="polite"
      style={{ textAlign: 'start' }}
      data-testid="out-of-contact"
    >
      <p>{text(waiting > 0 ? 'outOfContact.waiting' : 'outOfContact.nothing', { count: waiting })}</p>
      {children}
    </Panel>
  )
}
