import type { MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconArrowsShuffle, IconCheck, IconDeviceTabletX } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { usePercent } from '../frame/useFormats.ts'
import styles from './MonitoringPage.module.css'

/** One week of one model at one site: its scores as a drawing, and the figures that say whether they can be trusted. */
export function WeekLine({ week }: { week: MonitoredWeek }) {
  const text = useText()
  const percent = usePercent()
  const { formatDate } = useIntl()
  const { agreement, selfTests, quality } = week
  const drifted = week.drift.filter((one) => one.drifted)
  const day = formatDate(`${week.week}T12:00:00Z`, { day: '2-digit', month: 'short', timeZone: 'UTC' })
  const share = (of: typeof agreement.sensitivity) =>
    of === null
      ? '–'
      : text('monitoring.share', {
          share: percent(of.value),
          low: percent(of.low),
          high: percent(of.high),
          count: of.count,
        })
  return (
    <article className={styles.week} aria-label={text('monitoring.week', { day })}>
      <h3>{text('monitoring.week', { day })}</h3>
      <Scores scores={week.scores} label={text('monitoring.scores', { count: week.assessments })} />
      <dl>
        <dt>{text('monitoring.uncertain')}</dt>
        <dd>{percent(week.uncertain / Math.max(1, week.assessments))}</dd>
        <dt>{text('monitoring.quality')}</dt>
        <dd>
          {text('monitoring.qualityFigures', { good: quality.good, fair: quality.fair, unusable: quality.unusable })}
        </dd>
        <dt>{text('monitoring.sensitivity')}</dt>
        <dd>{share(agreement.sensitivity)}</dd>
        <dt>{text('monitoring.specificity')}</dt>
        <dd>{share(agreement.specificity)}</dd>
      </dl>
      <div className={styles.states}>
        {week.drift.length > 0 &&
          (drifted.length === 0 ? (
            <ToneBadge tone="good" icon={IconCheck}>
              {text('monitoring.noDrift')}
            </ToneBadge>
          ) : (
            <ToneBadge tone="warn" icon={IconArrowsShuffle}>
              {text('monitoring.drift', {
                what: drifted.map(({ descriptor }) => text(`descriptor.${descriptor}`)).join(', '),
              })}
            </ToneBadge>
          ))}
        {selfTests.failed > 0 && (
          <ToneBadge tone="alarm" icon={IconDeviceTabletX}>
            {text('monitoring.selfTests', { failed: selfTests.failed, taken: selfTests.taken })}
          </ToneBadge>
        )}
      </div>
    </article>
  )
}

const HEIGHT = 64
const BAR = 22

/** How many assessments lie in each tenth of the probability, from absent on the left to present on the right. */
function Scores({ scores, label }: { readonly scores: readonly number[]; readonly label: string }) {
  const highest = Math.max(1, ...scores)
  return (
    <figure className={styles.scores}>
      <svg viewBox={`0 0 ${scores.length * BAR} ${HEIGHT}`} role="img" aria-label={`${label}: ${scores.join(', ')}`}>
        <path
          d={scores
            .map((count, at) => {
              const height = Math.max(count === 0 ? 0 : 2, (HEIGHT * count) / highest)
              return `M${at * BAR + 1} ${HEIGHT}v${-height}h${BAR - 2}v${height}z`
            })
            .join('')}
        />
      </svg>
      <figcaption>
        <span>0 %</span>
        <span>{label}</span>
        <span>100 %</span>
      </figcaption>
    </figure>
  )
}
