import { useComputedColorScheme } from '@mantine/core'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { SPECTROGRAM } from '@spira/shared/signal/spectrogramColumns.ts'
import { clock } from '@spira/shared/ui/clock.ts'
import { spectrogramColours } from '@spira/shared/ui/spectrogramColours.ts'
import { useEffect, useRef } from 'react'
import { useAppText } from '../app/useAppText.ts'
import { imageOf } from '../recording/LiveSpectrogram.tsx'
import styles from './RelevanceView.module.css'
import { CELL_SECONDS, relevantSeconds } from '@spira/shared/model/relevantSeconds.ts'
import type { TakeAnalysis } from './takeAnalysis.ts'

interface RelevanceViewProps {
  readonly analysis: TakeAnalysis
  /** Null for a take without a score: then the sound alone is shown. */
  readonly assessment: Assessment | null
  readonly windowSeconds: number | null
}

const { bands, hopSamples } = SPECTROGRAM
const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`

/** The take's spectrogram, its pauses, and over it the seconds that raised the score most. */
export function RelevanceView({ analysis, assessment, windowSeconds }: RelevanceViewProps) {
  const text = useAppText()
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')
  const { columns, segments } = analysis
  const width = columns.length / bands
  const seconds = (width * hopSamples) / 16_000
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    context?.putImageData(imageOf(columns, spectrogramColours(scheme)), 0, 0)
  }, [columns, scheme])
  const relevance =
    assessment === null || windowSeconds === null ? null : relevantSeconds(assessment.windows, windowSeconds, seconds)
  const telling = relevance?.telling ?? []
  const words = telling.map(({ from, to }) => text('relevance.span', { from: clock(from), to: clock(to) })).join(', ')
  return (
    <figure className={styles.figure}>
      <figcaption>{text('relevance.title')}</figcaption>
      <div className={styles.plot} data-testid="relevance">
        <canvas ref={canvas} className={styles.spectrogram} width={width} height={bands} aria-hidden />
        {telling.map(({ from, to }) => (
          <span
            key={from}
            className={styles.telling}
            style={{ left: percent(from, seconds), width: percent(to - from, seconds) }}
          />
        ))}
      </div>
      {relevance !== null && (
        <svg className={styles.strip} viewBox={`0 0 ${seconds} 1`} preserveAspectRatio="none" aria-hidden>
          <path d={areaOf(relevance.cells, seconds)} />
        </svg>
      )}
      <div className={styles.pauses} aria-hidden>
        {segments.pauses.map(({ from, to }) => (
          <span key={from} style={{ left: percent(from, seconds), width: percent(to - from, seconds) }} />
        ))}
      </div>
      <div className={styles.times} aria-hidden>
        <span>{clock(0)}</span>
        <span>{clock(seconds)}</span>
      </div>
      <p className={styles.words} data-testid="relevance-words">
        {relevance !== null && text(telling.length === 0 ? 'relevance.alike' : 'relevance.words', { seconds: words })}{' '}
        {text('relevance.pauses', { count: segments.pauses.length })}
      </p>
    </figure>
  )
}

/** The cells as one stepped area, a unit wide a second, one high at probability 1. */
function areaOf(cells: readonly number[], seconds: number): string {
  const steps = cells.map((value, cell) => `V${1 - value}H${Math.min(seconds, (cell + 1) * CELL_SECONDS)}`)
  return `M0 1${steps.join('')}V1Z`
}
