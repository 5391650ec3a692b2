import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { useMemo } from 'react'
import { useText } from '../catalogue.ts'
import { LossChart } from './LossChart.tsx'
import styles from './RunCurves.module.css'
import { isUnderWay, useRunStages } from './trainingRuns.ts'

/** How a run learned: one chart where it trains one model; else one a seed and one a fold, on the same axis. */
export function RunCurves({ run }: { readonly run: TrainingRun }) {
  const ended = !isUnderWay(run)
  return run.models > 1 ? <EveryModel run={run} ended={ended} /> : <LossChart epochs={run.epochs} ended={ended} />
}

function EveryModel({ run, ended }: { readonly run: TrainingRun; readonly ended: boolean }) {
  const text = useText()
  const stages = useRunStages(run.id, !ended)
  const models = useMemo(() => {
    const trained = (stages.data ?? []).filter(({ stage, epochs }) => stage === 'train' && epochs.length > 0)
    const all = trained.flatMap(({ epochs }) =>
      epochs.flatMap(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]),
    )
    const losses = [Math.min(...all), Math.max(...all)] as const
    return trained.map(({ id, shard, epochs }) => ({ id, epochs, amongOthers: { name: shard, losses } }))
  }, [stages.data])
  return (
    <>
      <p className={styles.legend}>
        <svg width="34" height="10" aria-hidden>
          <line x1="0" x2="34" y1="5" y2="5" stroke="var(--spira-muted)" strokeWidth="2" strokeDasharray="5 4" />
        </svg>
        {text('loss.training')}
        <svg width="34" height="10" aria-hidden>
          <line x1="0" x2="34" y1="5" y2="5" stroke="var(--spira-accent)" strokeWidth="2.5" />
        </svg>
        {text('loss.validation')}
      </p>
      <div className={styles.models} data-testid="run-curves">
        {models.map(({ id, epochs, amongOthers }) => (
          <LossChart key={id} epochs={epochs} ended={ended} amongOthers={amongOthers} />
        ))}
      </div>
    </>
  )
}
