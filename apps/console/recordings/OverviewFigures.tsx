import { Skeleton } from '@mantine/core'
import { memo } from 'react'
import { FormattedNumber } from 'react-intl'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import styles from './OverviewFigures.module.css'
import { useOverview } from './recordings.ts'

const COUNTS = ['participants', 'encounters', 'recordings', 'labelled', 'devices'] as const

/** What the server holds, in one line of figures. */
export const OverviewFigures = memo(function OverviewFigures() {
  const text = useText()
  const overview = useOverview()
  if (overview.isPending) return <Skeleton height={86} radius="lg" mb="lg" />
  if (overview.data === undefined) return <Failure error={overview.error} onRetry={() => void overview.refetch()} />
  const { champion, ...counts } = overview.data
  return (
    <dl className={styles.figures} data-testid="overview">
      {COUNTS.map((count) => (
        <div key={count}>
          <dt>{text(`overview.${count}`)}</dt>
          <dd data-testid={`overview-${count}`}>
            <FormattedNumber value={counts[count]} />
          </dd>
        </div>
      ))}
      <div>
        <dt>{text('overview.champion')}</dt>
        <dd>{champion === null ? '–' : text('model.version', { version: champion.version })}</dd>
      </div>
    </dl>
  )
})
