import { NumberInput } from '@mantine/core'
import type { RunSettings } from '@spira/shared/protocol/runTriggers.ts'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import styles from './DryRunView.module.css'
import { useDryRun } from './triggers.ts'
import { useDuration } from './useDuration.ts'
import { useStageName } from './useStageName.ts'

/** What a run would do now: on whom, in which jobs, how long by what earlier ones took; or why it would not start. */
export function DryRunView({ settings }: { readonly settings: RunSettings | null }) {
  const text = useText()
  const duration = useDuration()
  const stageName = useStageName()
  const [workers, setWorkers] = useState(1)
  const dryRun = useDryRun(settings === null ? null : { ...settings, workers })
  if (settings === null) return null
  if (dryRun.error !== null) return <Failure error={dryRun.error} onRetry={() => void dryRun.refetch()} />
  if (dryRun.data === undefined) return <Loading lines={3} />
  const {
    recordings,
    participants,
    present,
    absent,
    newLabels,
    alreadyFrozenAs,
    refusal,
    stages,
    seconds: whole,
  } = dryRun.data
  return (
    <section className={styles.view} aria-label={text('dryRun.title')} aria-live="polite" data-testid="dry-run">
      <h3>{text('dryRun.title')}</h3>
      <p>{text('dryRun.data', { recordings, participants, present, absent })}</p>
      <p>
        {text('dryRun.newLabels', { count: newLabels })}{' '}
        {alreadyFrozenAs === null
          ? text('dryRun.wouldFreeze')
          : text('dryRun.alreadyFrozen', { name: alreadyFrozenAs })}
      </p>
      {refusal === null ? (
        <p>
          <strong>
            {whole === null ? text('dryRun.notMeasured') : text('dryRun.whole', { time: duration(whole), workers })}
          </strong>
        </p>
      ) : (
        <p data-refused>{text('dryRun.refused', { why: refusal })}</p>
      )}
      <NumberInput
        label={text('dryRun.workers')}
        min={1}
        max={64}
        allowDecimal={false}
        value={workers}
        onChange={(value) => setWorkers(Math.min(64, Math.max(1, Math.round(Number(value) || 1))))}
        data-testid="dry-run-workers"
      />
      <ul>
        {stages.map(({ stage, jobs, seconds }) => (
          <li key={stage}>
            <span>{stageName(stage)}</span>
            <span>
              {text('dryRun.jobs', { count: jobs })}
              {seconds !== null && ` · ${duration(seconds)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
