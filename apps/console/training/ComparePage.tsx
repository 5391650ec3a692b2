import { ScrollArea } from '@mantine/core'
import type { ModelVersion, TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconArrowsDiff } from '@tabler/icons-react'
import { useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { BackLink } from '../frame/BackLink.tsx'
import { Empty } from '../frame/Empty.tsx'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { useWhen } from '../frame/useFormats.ts'
import { useMetricTexts } from '../models/metricNames.ts'
import { useModelVersions } from '../models/models.ts'
import styles from './ComparePage.module.css'
import { type CompareSearch, differences, type RunDetails, useRunDetails } from './compareRuns.ts'
import { RUN_COLOURS, runLetter } from './runColours.ts'
import { RUN_LOOK } from './runLook.ts'
import { useTrainingRuns } from './trainingRuns.ts'
import { useDuration } from './useDuration.ts'

const CurvesOverlaid = lazy(async () => ({ default: (await import('./CurvesOverlaid.tsx')).CurvesOverlaid }))

/** Runs side by side: what they were asked, how they learned, what came of them. */
export function ComparePage() {
  const text = useText()
  const { run: ids }: CompareSearch = useSearch({ from: '/training/compare' })
  const all = useTrainingRuns()
  const models = useModelVersions()
  const details = useRunDetails(ids)
  const runs = ids.flatMap((id) => all.data?.find((run) => run.id === id) ?? [])
  const error = all.error ?? models.error ?? details.error
  return (
    <Page
      title={text('compare.title')}
      explanation={text('compare.explanation')}
      actions={<BackLink to="/training">{text('compare.back')}</BackLink>}
    >
      {error !== null && <Failure error={error} />}
      {error === null && (all.isPending || details.data === undefined) && <Loading lines={8} />}
      {runs.length < 2 && all.data !== undefined && (
        <Empty icon={IconArrowsDiff} title={text('compare.tooFew')}>
          {text('compare.choose')}
        </Empty>
      )}
      {runs.length > 1 && details.data !== undefined && details.data.length === runs.length && (
        <SideBySide runs={runs} details={details.data} models={models.data ?? []} />
      )}
    </Page>
  )
}

interface SideBySideProps {
  readonly runs: readonly TrainingRun[]
  readonly details: readonly RunDetails[]
  readonly models: readonly ModelVersion[]
}

function SideBySide({ runs, details, models }: SideBySideProps) {
  const text = useText()
  const when = useWhen()
  const duration = useDuration()
  const { formatNumber } = useIntl()
  const { rows, same } = differences(details.map(({ configuration }) => configuration))
  const own = runs.map(({ id }) => models.find(({ runId }) => runId === id))
  const metricText = useMetricTexts()
  const metricNames = [...new Set(own.flatMap((model) => Object.keys(model?.metrics ?? {})))]
  const figure = (value: number) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const of = (at: number) => {
    const stages = details[at]?.stages ?? []
    const resources = stages.flatMap((stage) => stage.resources ?? [])
    return {
      seconds: resources.reduce((sum, { seconds }) => sum + seconds, 0),
      machines: [...new Set(resources.map(({ worker }) => worker.split(':')[0] ?? worker))].join(', '),
      code: [...new Set(resources.map(({ codeVersion }) => codeVersion))].join(', '),
    }
  }
  return (
    <div className={styles.page} data-testid="compare">
      <section className={styles.card}>
        <h2>{text('compare.curves')}</h2>
        <Suspense fallback={<Loading lines={5} />}>
          <CurvesOverlaid runs={runs} />
        </Suspense>
      </section>
      <ScrollArea className={styles.card ?? ''} type="auto" viewportProps={{ tabIndex: 0 }}>
        <table className={styles.table}>
          <thead>
            <tr>
              <td>{text('compare.table')}</td>
              {runs.map((run, at) => (
                <th key={run.id} scope="col">
                  <span className={styles.name}>
                    <svg width="34" height="10" aria-hidden>
                      <line
                        x1="0"
                        x2="34"
                        y1="5"
                        y2="5"
                        stroke={RUN_COLOURS[at]?.stroke}
                        strokeWidth="3"
                        strokeDasharray={RUN_COLOURS[at]?.dash}
                      />
                    </svg>
                    {runLetter(at)}
                  </span>
                  <div>{run.datasetName}</div>
                  <ToneBadge {...RUN_LOOK[run.status]}>{text(`runStatus.${run.status}`)}</ToneBadge>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Line name={text('compare.started')} values={runs.map((run) => when(run.createdAt))} />
            <Line name={text('compare.startedBy')} values={runs.map((run) => run.startedBy)} />
            <Line name={text('models.network')} values={runs.map((run) => run.network)} />
            <Line
              name={text('compare.model')}
              values={own.map((model) =>
                model === undefined ? null : text('models.version', { version: model.version }),
              )}
            />
            <Line name={text('compare.time')} values={runs.map((_, at) => duration(of(at).seconds))} />
            <Line name={text('compare.machine')} values={runs.map((_, at) => of(at).machines)} />
            <Line name={text('compare.code')} values={runs.map((_, at) => of(at).code.slice(0, 12))} />
          </tbody>
          <tbody data-testid="compare-metrics">
            <Group title={text('compare.metrics')} columns={runs.length} />
            {metricNames.length === 0 && <Line name={text('metrics.none')} values={runs.map(() => null)} />}
            {metricNames.map((name) => (
              <Line
                key={name}
                name={metricText(name)}
                values={own.map((model) => {
                  const metric = model?.metrics[name]
                  return metric === undefined
                    ? null
                    : `${figure(metric.value)} ${text('metrics.interval', { low: figure(metric.low), high: figure(metric.high) })}`
                })}
              />
            ))}
          </tbody>
          <tbody data-testid="compare-settings">
            <Group
              title={rows.length === 0 ? text('compare.sameSettings') : text('compare.settings', { same })}
              columns={runs.length}
            />
            {rows.map(({ path, values }) => (
              <Line key={path} name={path} values={values} />
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </div>
  )
}

const Group = ({ title, columns }: { readonly title: string; readonly columns: number }) => (
  <tr className={styles.group}>
    <th scope="rowgroup" colSpan={columns + 1}>
      {title}
    </th>
  </tr>
)

const Line = ({ name, values }: { readonly name: string; readonly values: readonly (string | null)[] }) => (
  <tr>
    <th scope="row">{name}</th>
    {values.map((value, at) => (
      <td key={runLetter(at)}>{value ?? '–'}</td>
    ))}
  </tr>
)
