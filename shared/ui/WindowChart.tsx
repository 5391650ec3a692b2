import { useIntl } from 'react-intl'
import type { Assessment } from '../protocol/records.ts'
import { clock } from './clock.ts'
import styles from './WindowChart.module.css'
import { useText } from './useText.ts'

interface WindowChartProps {
  readonly windows: Assessment['windows']
  readonly windowSeconds: number
  readonly threshold: number
  readonly uncertain?: { readonly from: number; readonly to: number } | undefined
}

const WIDTH = 600
const HEIGHT = 120
const y = (share: number) => (1 - share) * HEIGHT

/** The score of each window over the recording's time: whether the whole of it says the same, or one moment alone. */
export function WindowChart({ windows, windowSeconds, threshold, uncertain }: WindowChartProps) {
  const text = useText()
  const { formatNumber } = useIntl()
  const percent = (share: number) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 })
  const scores = windows.map((w) => w.probability)
  const endMs = Math.max(...windows.map((w) => w.startMs)) + windowSeconds * 1000
  const x = (ms: number) => (ms / endMs) * WIDTH
  const middle = (startMs: number) => x(startMs + windowSeconds * 500)
  const line = windows.map((w) => `${middle(w.startMs)},${y(w.probability)}`).join(' ')
  const summary = text('windows.summary', {
    count: windows.length,
    lowest: percent(Math.min(...scores)),
    highest: percent(Math.max(...scores)),
    threshold: percent(threshold),
  })
  return (
    <figure className={styles.figure}>
      <figcaption>{text('windows.title', { seconds: windowSeconds })}</figcaption>
      <div className={styles.plot}>
        <div className={styles.axis} aria-hidden>
          <span>{percent(1)}</span>
          <span>{percent(0)}</span>
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary}>
          <rect className={styles.ground} width={WIDTH} height={HEIGHT} />
          {uncertain !== undefined && (
            <rect
              className={styles.band}
              y={y(uncertain.to)}
              width={WIDTH}
              height={y(uncertain.from) - y(uncertain.to)}
            />
          )}
          <line className={styles.threshold} x1={0} x2={WIDTH} y1={y(threshold)} y2={y(threshold)} />
          <polyline className={styles.line} points={line} />
          {windows.map((w) => (
            <line
              key={w.startMs}
              className={styles.dot}
              x1={middle(w.startMs)}
              x2={middle(w.startMs)}
              y1={y(w.probability)}
              y2={y(w.probability)}
            />
          ))}
        </svg>
      </div>
      <div className={styles.times} aria-hidden>
        <span>{clock(0)}</span>
        <span>{clock(endMs / 1000)}</span>
      </div>
      <p className={styles.summary}>{summary}</p>
    </figure>
  )
}
