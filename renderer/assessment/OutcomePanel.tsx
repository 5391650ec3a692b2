import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ScoreScale } from '@spira/shared/ui/ScoreScale.tsx'
import { WindowChart } from '@spira/shared/ui/WindowChart.tsx'
import { IconBan, IconInfoCircle, IconTool } from '@tabler/icons-react'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'
import { Findings } from './Findings.tsx'
import { Likeness } from './Likeness.tsx'
import { NextSteps } from './NextSteps.tsx'

/** What the model says of a take, or why it says nothing: a refused take shows no number anywhere (promise 3). */
export function OutcomePanel({ outcome }: Pick<Take, 'outcome'>) {
  const text = useAppText()
  const { active } = useLive(useBedside().models.state)
  switch (outcome.status) {
    case 'scored': {
      const { assessment } = outcome
      // The band and window length are in the manifest: known here only while the model that scored is still the active one.
      const manifest = active?.manifest.modelId === assessment.model.id ? active.manifest : null
      return (
        <>
          <ScoreScale assessment={assessment} uncertain={manifest?.uncertain} />
          <NextSteps decision={assessment.decision} />
          <Likeness familiarity={assessment.familiarity} />
          {manifest !== null && (
            <WindowChart
              windows={assessment.windows}
              windowSeconds={manifest.window.seconds}
              threshold={assessment.threshold}
              uncertain={manifest.uncertain}
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
