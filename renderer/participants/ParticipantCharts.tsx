import { useCallback, useMemo } from 'react'
import { useIntl } from 'react-intl'
import { Card } from '../app/Page.tsx'
import { useAppText } from '../app/useAppText.ts'
import type { ParticipantEncounter } from '../bedside/bedside.ts'
import { SeriesChart, type SeriesPoint } from './SeriesChart.tsx'

const SHARE = [0, 1] as const
/** What is usual; a measure beyond it widens its chart. */
const SPO2 = [80, 100] as const
const RATE = [0, 40] as const
const DAY_MS = 86_400_000

/** Score, oxygen saturation and respiratory rate of one participant over all encounters, one under the other. */
export function ParticipantCharts({ encounters }: { encounters: readonly ParticipantEncounter[] }) {
  const text = useAppText()
  const { formatNumber, formatDate } = useIntl()
  const percent = useCallback(
    (share: number) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 }),
    [formatNumber],
  )
  const spo2 = useCallback((value: number) => `${formatNumber(value)} %`, [formatNumber])
  const perMinute = useCallback((value: number) => `${formatNumber(value)}/min`, [formatNumber])
  const times = useMemo(() => encounters.map(({ startedAt }) => Date.parse(startedAt)), [encounters])
  const [from, to] = useMemo(() => spanOf(times), [times])
  const within = to.getTime() - from.getTime()
  const formatDay = useCallback(
    (at: Date) =>
      within < 2 * DAY_MS
        ? formatDate(at, { weekday: 'short', hour: '2-digit', minute: '2-digit' })
        : formatDate(at, { day: 'numeric', month: 'short' }),
    [formatDate, within],
  )
  const series = useMemo(
    () => ({
      score: pointsOf(encounters, ({ score }) =>
        score === null
          ? null
          : {
              value: score.probability,
              ...(score.interval !== null && { low: score.interval.low, high: score.interval.high }),
            },
      ),
      spo2: pointsOf(encounters, ({ spo2Percent }) => (spo2Percent === null ? null : { value: spo2Percent })),
      rate: pointsOf(encounters, ({ respiratoryRatePerMin: rate }) => (rate === null ? null : { value: rate })),
    }),
    [encounters],
  )
  const summary = (points: readonly SeriesPoint[], format: (value: number) => string) => {
    const last = points.at(-1)
    return last === undefined
      ? text('chart.none')
      : text('chart.summary', { count: points.length, last: format(last.value) })
  }
  const threshold = encounters.findLast((encounter) => encounter.threshold !== null)?.threshold ?? null
  const shared = { from, to, formatDay }
  return (
    <Card label={text('chart.title')}>
      <h2>{text('chart.title')}</h2>
      <SeriesChart
        {...shared}
        title={text('chart.score')}
        points={series.score}
        range={SHARE}
        format={percent}
        threshold={threshold}
        summary={summary(series.score, percent)}
      />
      <SeriesChart
        {...shared}
        title={text('chart.spo2')}
        points={series.spo2}
        range={rangeOf(series.spo2, SPO2)}
        format={spo2}
        summary={summary(series.spo2, spo2)}
      />
      <SeriesChart
        {...shared}
        title={text('chart.respiratoryRate')}
        points={series.rate}
        range={rangeOf(series.rate, RATE)}
        format={perMinute}
        summary={summary(series.rate, perMinute)}
      />
    </Card>
  )
}

/** From the first to the last encounter, and a day at least: an axis needs two ends. */
function spanOf(times: readonly number[]): readonly [from: Date, to: Date] {
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const margin = Math.max(0, DAY_MS - (last - first)) / 2
  return [new Date(first - margin), new Date(last + margin)]
}

/** In steps of ten, around what is usual and what was measured. */
function rangeOf(points: readonly SeriesPoint[], [low, high]: readonly [number, number]): readonly [number, number] {
  const values = points.map(({ value }) => value)
  return [Math.floor(Math.min(low, ...values) / 10) * 10, Math.ceil(Math.max(high, ...values) / 10) * 10]
}

const pointsOf = (
  encounters: readonly ParticipantEncounter[],
  measure: (encounter: ParticipantEncounter) => Omit<SeriesPoint, 'at'> | null,
): readonly SeriesPoint[] =>
  encounters.flatMap((encounter) => {
    const measured = measure(encounter)
    return measured === null ? [] : [{ at: new Date(encounter.startedAt), ...measured }]
  })
