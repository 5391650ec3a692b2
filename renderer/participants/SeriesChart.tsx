import * as Plot from '@observablehq/plot'
import { VisuallyHidden } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import styles from './SeriesChart.module.css'

export interface SeriesPoint {
  readonly at: Date
  readonly value: number
  readonly low?: number
  readonly high?: number
}

interface SeriesChartProps {
  readonly title: string
  readonly points: readonly SeriesPoint[]
  /** The same for every chart of the page, so that one moment lies under the other. */
  readonly from: Date
  readonly to: Date
  readonly range: readonly [low: number, high: number]
  readonly format: (value: number) => string
  readonly formatDay: (at: Date) => string
  /** The line that decides, where there is one. */
  readonly threshold?: number | null
  /** What the chart shows, in words. */
  readonly summary: string
}

const HEIGHT = 150

/** One measure over the encounters of a participant, with its interval where it has one. */
export function SeriesChart(props: SeriesChartProps) {
  const { title, points, from, to, range, format, formatDay, threshold = null, summary } = props
  const { ref: figure, width } = useElementSize<HTMLDivElement>()
  const drawing = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = drawing.current
    if (place === null || width === 0) return
    const chart = Plot.plot({
      width,
      height: HEIGHT,
      marginLeft: 52,
      marginRight: 16,
      marginTop: 12,
      marginBottom: 28,
      style: {
        fontFamily: 'inherit',
        fontSize: '13px',
        background: 'none',
        color: 'var(--spira-muted)',
        overflow: 'visible',
      },
      x: {
        type: 'time',
        domain: [from, to],
        ticks: Math.min(6, Math.max(2, Math.floor(width / 120))),
        tickFormat: (at: Date) => formatDay(at),
        label: null,
        inset: 10,
      },
      y: { domain: [...range], ticks: 3, tickFormat: format, label: null, grid: true },
      marks: [
        ...(threshold === null
          ? []
          : [Plot.ruleY([threshold], { stroke: 'var(--spira-ink)', strokeDasharray: '5 5' })]),
        Plot.lineY(points, { x: 'at', y: 'value', stroke: 'var(--spira-accent)', strokeWidth: 2 }),
        Plot.ruleX(
          points.filter(({ low }) => low !== undefined),
          {
            x: 'at',
            y1: 'low',
            y2: 'high',
            stroke: 'var(--spira-accent)',
            strokeOpacity: 0.45,
            strokeWidth: 7,
            strokeLinecap: 'round',
          },
        ),
        Plot.dot(points, {
          x: 'at',
          y: 'value',
          r: 5,
          fill: 'var(--spira-accent)',
          stroke: 'var(--spira-surface)',
          strokeWidth: 2,
        }),
      ],
    })
    chart.setAttribute('aria-hidden', 'true')
    place.replaceChildren(chart)
    return () => chart.remove()
  }, [width, points, from, to, range, format, formatDay, threshold])
  return (
    <figure className={styles.chart} aria-label={`${title}: ${summary}`}>
      <figcaption>
        <strong>{title}</strong> <span>{summary}</span>
      </figcaption>
      <div ref={figure}>
        <div ref={drawing} />
      </div>
      {/* The course over time for who does not see the drawing. */}
      <VisuallyHidden component="ol">
        {points.map(({ at, value, low, high }) => (
          <li key={at.getTime()}>
            {formatDay(at)}: {format(value)}
            {low !== undefined && high !== undefined && ` (${format(low)} – ${format(high)})`}
          </li>
        ))}
      </VisuallyHidden>
    </figure>
  )
}
