import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconHistory } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'

/** How often something was recorded again, and what the takes that no longer count had shown: a redo hides no alarm. */
export function RedoneNote({ takes }: { takes: readonly Pick<Take, 'state' | 'outcome'>[] }) {
  const text = useAppText()
  const redone = takes.filter(({ state }) => state === 'rejected')
  if (redone.length === 0) return null
  const positive = redone.filter(
    ({ outcome }) => outcome.status === 'scored' && outcome.assessment.decision === 'positive',
  ).length
  return (
    <Panel
      tone={positive > 0 ? 'warn' : 'plain'}
      icon={IconHistory}
      title={text('redone.count', { count: redone.length })}
      data-testid="redone"
      data-positive={positive}
    >
      {positive > 0 && <p>{text('redone.positive', { count: positive })}</p>}
    </Panel>
  )
}
