import { ScrollArea } from '@mantine/core'
import type { RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Hash } from '../frame/Hash.tsx'
import { Loading } from '../frame/Loading.tsx'
import styles from './RunStages.module.css'
import { useRunStages } from './trainingRuns.ts'

/** Every job of a run: what it is about, how it stands, what it took and what it said. */
export function RunStages({ runId, underWay }: { readonly runId: string; readonly underWay: boolean }) {
  const text = useText()
  const stages = useRunStages(runId, underWay)
  if (stages.isPending) return <Loading lines={4} />
  if (stages.error !== null) return <Failure error={stages.error} onRetry={() => void stages.refetch()} />
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0 }}>
      <table className={styles.table} data-testid="run-stages">
        <caption>{text('stages.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{text('stages.stage')}</th>
            <th scope="col">{text('stages.shard')}</th>
            <th scope="col">{text('stages.state')}</th>
            <th scope="col">{text('stages.attempts')}</th>
            <th scope="col">{text('stages.time')}</th>
            <th scope="col">{text('stages.memory')}</th>
            <th scope="col">{text('stages.output')}</th>
          </tr>
        </thead>
        <tbody>
          {stages.data.map((stage) => (
            <StageLine key={stage.id} stage={stage} />
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}

function StageLine({ stage }: { stage: RunStageRow }) {
  const text = useText()
  const { formatNumber } = useIntl()
  const { resources } = stage
  const unit = (value: number, name: 'second' | 'megabyte') =>
    formatNumber(value, { style: 'unit', unit: name, maximumFractionDigits: name === 'second' ? 1 : 0 })
  return (
    <tr data-state={stage.state}>
      <th scope="row">{text(`stage.${stage.stage}`)}</th>
      <td>{stage.shard === 'all' ? '' : stage.shard}</td>
      <td>
        {text(`stageState.${stage.state}`)}
        {stage.failure !== null && <div>{stage.failure}</div>}
        {stage.logTail !== '' && (
          <details className={styles.log}>
            <summary>{text('stages.log')}</summary>
            {stage.logTail}
          </details>
        )}
      </td>
      <td data-number>{stage.attempts === 0 ? '' : formatNumber(stage.attempts)}</td>
      <td data-number>{resources === null ? '' : unit(resources.seconds, 'second')}</td>
      <td data-number>{resources === null ? '' : unit(resources.maxRssMb, 'megabyte')}</td>
      <td>{stage.outputHash !== null && <Hash value={stage.outputHash} />}</td>
    </tr>
  )
}
