import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ScoreScale } from '@spira/shared/ui/ScoreScale.tsx'
import { WindowChart } from '@spira/shared/ui/WindowChart.tsx'
import { IconBan, IconInfoCircle, IconTool } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'
import { Findings } from './Findings.tsx'
import { Likeness } from './Likeness.tsx'
import { NextSteps } from './NextSteps.tsx'

/** What the model says of a take, or why it says nothing: a refused take shows no number anywhere (promise 3). */
export function OutcomePanel({ outcome }: Pick<Take, 'outcome'>) {
  const text = useAppText()
  switch (outcome.status) {
    case 'scored': {
      const { assessment } = outcome
      return (
        <>
          <ScoreScale assessment={assessment} />
          <NextSteps decision={assessment.decision} />
          <Likeness familiarity={assessment.familiarity} />
          {assessment.windowSeconds !== undefined && (
            <WindowChart
              windows={assessment.windows}
              windowSeconds={assessment.windowSeconds}
              threshold={assessment.threshold}
              uncertain={assessment.uncertain}
            />
          )}
        </>
      )
    }
    case 'refused':
      return (
        <Panel tone="warn" icon={IconBan} title={text('refused.title')} data-testid="result-refused">
          <Findings findings={outcome.findings} />
          <p>{text('refused.words')}</p>
        </Panel>
      )
    case 'failed':
      return outcome.reason === 'task_not_assessed' ? (
        <Panel tone="plain" icon={IconInfoCircle} title={text('outcome.notScored')} data-testid="result-not-scored" />
      ) : (
        <Panel tone="warn" icon={IconTool} title={text('outcome.failed')} data-testid="result-failed">
          <p>{text('outcome.failedWords', { reason: outcome.reason })}</p>
        </Panel>
      )
  }
}
