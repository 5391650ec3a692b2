import { NativeSelect } from '@mantine/core'
import { datasetDiffSchema } from '@spira/shared/protocol/cohortApi.ts'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { FormattedNumber } from 'react-intl'
import { request } from '../api/request.ts'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import styles from './DiffPanel.module.css'
import { DiffRecordings } from './DiffRecordings.tsx'

/** What changed from one version to another: drawn in the shares of their union, counted, and recording by recording. */
export function DiffPanel({ versions }: { versions: readonly DatasetVersion[] }) {
  const text = useText()
  const [from, setFrom] = useState(versions[1]?.id ?? '')
  const [to, setTo] = useState(versions[0]?.id ?? '')
  const diff = useQuery({
    queryKey: ['dataset-diff', from, to],
    queryFn: () => request('GET', `/dataset-versions/${from}/diff/${to}`, datasetDiffSchema),
    enabled: from !== to,
  })
  const options = versions.map(({ id, name }) => ({ value: id, label: name }))
  const { data } = diff
  const parts =
    data === undefined
      ? []
      : ([
          ['removed', data.removed.recordings],
          ['withdrawn', data.withdrawn],
          ['relabelled', data.relabelled],
          ['changed', data.changed],
          ['unchanged', data.unchanged],
          ['added', data.added.recordings],
        ] as const)
  const differing = parts.reduce((sum, [part, count]) => (part === 'unchanged' ? sum : sum + count), 0)
  return (
    <section className={styles.panel} aria-labelledby="diff" data-testid="dataset-diff">
      <h2 id="diff">{text('diff.title')}</h2>
      <div className={styles.choice}>
        <NativeSelect
          label={text('diff.from')}
          value={from}
          data={options}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <NativeSelect
          label={text('diff.to')}
          value={to}
          data={options}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </div>
      {diff.isLoading && <Loading lines={1} />}
      {diff.error !== null && <Failure error={diff.error} onRetry={() => void diff.refetch()} />}
      {data !== undefined && (
        <>
          <div className={styles.bar} aria-hidden>
            {parts.map(([part, count]) => (
              <span key={part} data-part={part} style={{ flexGrow: count }} />
            ))}
          </div>
          <dl className={styles.figures}>
            {parts.map(([part, count]) => (
              <div key={part} data-part={part}>
                <dt>{text(`diff.${part}`)}</dt>
                <dd>
                  <FormattedNumber value={count} />
                </dd>
              </div>
            ))}
          </dl>
          {differing > 0 && <DiffRecordings from={from} to={to} total={differing} />}
        </>
      )}
    </section>
  )
}
