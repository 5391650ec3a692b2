import { Button } from '@mantine/core'
import { type Tone, ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconHourglass, IconLoader2 } from '@tabler/icons-react'
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import { type ConsoleText, useText } from '../catalogue.ts'
import { useCancelExport, useExports } from '../datasets/exports.ts'
import { type Column, DataTable, type TableFeature } from '../frame/DataTable.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Section } from '../frame/Section.tsx'
import { usePercent, useWhen } from '../frame/useFormats.ts'
import { isUnderWay, useCancelRun, useDeadLetters, useRetryRun, useTrainingRuns } from '../training/trainingRuns.ts'
import styles from './ServerPage.module.css'

interface Job {
  readonly id: string
  readonly what: string
  readonly detail: string
  readonly state: 'queued' | 'running' | 'failed'
  readonly progress: number | null
  readonly since: string | null
  readonly act: () => void
}

/** What workers are at, what waits for one, and what was given up and waits for a person. */
export function JobsPart({ mayChange }: { mayChange: boolean }) {
  const text = useText()
  const when = useWhen()
  const percent = usePercent()
  const runs = useTrainingRuns()
  const exports = useExports()
  const dead = useDeadLetters()
  const { mutate: cancelRun } = useCancelRun()
  const { mutate: cancelExport } = useCancelExport()
  const retry = useRetryRun()
  const { mutate: retryRun } = retry
  const columns = useMemo(() => jobColumns(text, { when, percent, mayChange }), [text, when, percent, mayChange])
  const jobs: readonly Job[] = [
    ...(dead.data ?? []).map((stage): Job => ({
      id: stage.id,
      what: text('jobs.stage', { stage: text(`stage.${stage.stage}`), shard: stage.shard }),
      detail: stage.failure ?? '',
      state: 'failed',
      progress: null,
      since: stage.endedAt,
      act: () => retryRun(stage.runId),
    })),
    ...(runs.data ?? []).filter(isUnderWay).map((run): Job => ({
      id: run.id,
      what: text('jobs.run', { dataset: run.datasetName }),
      detail: run.startedBy,
      state: run.status === 'queued' ? 'queued' : 'running',
      progress: run.progress,
      since: run.createdAt,
      act: () => cancelRun(run.id),
    })),
    ...(exports.data ?? []).flatMap((row): Job[] =>
      row.status !== 'queued' && row.status !== 'running'
        ? []
        : [
            {
              id: row.id,
              what: text('jobs.export', { dataset: row.datasetName }),
              detail: row.createdBy,
              state: row.status,
              progress: row.progress,
              since: row.createdAt,
              act: () => cancelExport(row.id),
            },
          ],
    ),
  ]
  const failed = [runs, exports, dead].find(({ error }) => error !== null)
  return (
    <Section title={text('jobs.title')} explanation={text('jobs.explanation')}>
      {failed !== undefined && <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
      {retry.error !== null && <Failure error={retry.error} />}
      {failed === undefined && jobs.length === 0 && <p className={styles.none}>{text('jobs.none')}</p>}
      {jobs.length > 0 && (
        <DataTable
          label={text('jobs.title')}
          columns={columns}
          rows={jobs}
          rowId={({ id }) => id}
          wideOnly={['since']}
          rowTestId="job-row"
        />
      )}
    </Section>
  )
}

const LOOK: Readonly<Record<Job['state'], { tone: Tone; icon: typeof IconHourglass }>> = {
  queued: { tone: 'plain', icon: IconHourglass },
  running: { tone: 'calm', icon: IconLoader2 },
  failed: { tone: 'alarm', icon: IconAlertTriangle },
}

const helper = createColumnHelper<TableFeature, Job>()
function jobColumns(
  text: ConsoleText,
  {
    when,
    percent,
    mayChange,
  }: { when: (instant: string) => string; percent: (share: number) => string; mayChange: boolean },
): readonly Column<Job>[] {
  return helper.columns([
    helper.accessor('what', {
      header: text('jobs.what'),
      cell: ({ row: { original } }) => (
        <>
          <strong>{original.what}</strong>
          <span className={`second ${styles.failure ?? ''}`}>{original.detail}</span>
        </>
      ),
    }),
    helper.accessor('state', {
      header: text('jobs.state'),
      cell: ({ row: { original } }) => (
        <ToneBadge tone={LOOK[original.state].tone} icon={LOOK[original.state].icon}>
          {original.state === 'failed' ? text('jobs.givenUp') : text(`runStatus.${original.state}`)}
          {original.state === 'running' && original.progress !== null && ` ${percent(original.progress)}`}
        </ToneBadge>
      ),
    }),
    helper.accessor('since', {
      id: 'since',
      header: text('jobs.since'),
      cell: ({ getValue }) => {
        const since = getValue()
        return since === null ? '–' : when(since)
      },
    }),
    helper.display({
      id: 'act',
      header: text('device.actions'),
      cell: ({ row: { original } }) =>
        mayChange && (
          <Button variant="subtle" onClick={original.act} data-testid={`job-${original.state}`}>
            {text(original.state === 'failed' ? 'jobs.retry' : 'jobs.cancel')}
          </Button>
        ),
    }),
  ])
}
