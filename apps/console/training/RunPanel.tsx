import { Button, Checkbox, Collapse, Progress } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { runStageSchema, type TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconChartLine, IconListDetails } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { usePercent, useWhen } from '../frame/useFormats.ts'
import { RUN_LOOK } from './runLook.ts'
import styles from './RunPanel.module.css'
import { RunStages } from './RunStages.tsx'
import { isUnderWay, useCancelRun, useRetryRun } from './trainingRuns.ts'

/** The drawing library is half of the console's code: fetched when the first curves are. */
const RunCurves = lazy(async () => ({ default: (await import('./RunCurves.tsx')).RunCurves }))

interface RunPanelProps {
  readonly run: TrainingRun
  readonly mayCancel: boolean
  /** The newest run shows its curves at once, older ones on demand. */
  readonly curves: 'shown' | 'folded'
  readonly compared: boolean
  readonly onCompare: (compared: boolean) => void
}

export function RunPanel({ run, mayCancel, curves, compared, onCompare }: RunPanelProps) {
  const text = useText()
  const when = useWhen()
  const cancel = useCancelRun()
  const [unfolded, fold] = useDisclosure(curves === 'shown')
  const [stagesShown, stages] = useDisclosure(false)
  const retry = useRetryRun()
  const underWay = isUnderWay(run)
  const hasCurves = run.epochs.length > 0
  return (
    <article className={styles.run} data-testid="run-row">
      <div className={styles.head}>
        <div>
          <h2>{run.datasetName}</h2>
          <p>
            {run.network} · {text('run.seed', { seed: String(run.seed) })} ·{' '}
            {text('run.startedBy', { who: run.startedBy, when: when(run.createdAt) })}
          </p>
        </div>
        <ToneBadge {...RUN_LOOK[run.status]} data-testid="run-status" data-status={run.status}>
          {text(`runStatus.${run.status}`)}
        </ToneBadge>
      </div>
      {underWay && <Stages run={run} />}
      {run.failure !== null && <Panel tone="alarm" icon={IconAlertTriangle} title={run.failure} />}
      {cancel.error !== null && <Failure error={cancel.error} />}
      {retry.error !== null && <Failure error={retry.error} />}
      {hasCurves && (
        <Collapse expanded={unfolded}>
          <div className={styles.chart}>
            <Suspense fallback={<Loading lines={4} />}>
              <RunCurves run={run} />
            </Suspense>
          </div>
        </Collapse>
      )}
      {stagesShown && <RunStages runId={run.id} underWay={underWay} />}
      <div className={styles.actions}>
        <Button
          variant="subtle"
          leftSection={<IconListDetails size={18} stroke={1.8} aria-hidden />}
          aria-expanded={stagesShown}
          onClick={stages.toggle}
          data-testid="run-stages-toggle"
        >
          {text(stagesShown ? 'run.hideStages' : 'run.showStages')}
        </Button>
        {hasCurves && (
          <Button
            variant="subtle"
            leftSection={<IconChartLine size={18} stroke={1.8} aria-hidden />}
            aria-expanded={unfolded}
            onClick={fold.toggle}
          >
            {text(unfolded ? 'run.hideCurves' : 'run.showCurves')}
          </Button>
        )}
        <Checkbox
          className={styles.compare ?? ''}
          label={text('compare.mark')}
          checked={compared}
          onChange={({ currentTarget: { checked } }) => onCompare(checked)}
          data-testid="run-compare"
        />
        {run.modelId !== null && (
          <Button variant="subtle" component={Link} to="/models">
            {text('run.toModel')}
          </Button>
        )}
        {run.status === 'failed' && mayCancel && (
          <Button
            variant="default"
            loading={retry.isPending}
            onClick={() => retry.mutate(run.id)}
            data-testid="run-retry"
          >
            {text('run.retry')}
          </Button>
        )}
        {underWay && mayCancel && (
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(run.id)}
            data-testid="run-cancel"
          >
            {text('run.cancel')}
          </Button>
        )}
      </div>
    </article>
  )
}

/** Where the run is: every stage by name, the current one marked, and how far the whole is. */
function Stages({ run }: { run: TrainingRun }) {
  const text = useText()
  const percent = usePercent()
  const stages = runStageSchema.options.filter((stage) => stage !== 'done')
  const current = stages.indexOf(run.stage === 'done' ? 'candidate' : run.stage)
  return (
    <div className={styles.progress} data-testid="run-progress">
      <ol>
        {stages.map((stage, index) => (
          <li
            key={stage}
            data-state={index < current ? 'past' : index === current ? 'current' : 'ahead'}
            aria-current={index === current ? 'step' : undefined}
          >
            {text(`stage.${stage}`)}
          </li>
        ))}
      </ol>
      <div className={styles.bar}>
        <Progress value={100 * run.progress} aria-label={text('run.progress')} />
        <span>{percent(run.progress)}</span>
      </div>
    </div>
  )
}
