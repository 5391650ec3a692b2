import { useElementSize } from '@mantine/hooks'
import * as Plot from '@observablehq/plot'
import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { useEffect, useRef } from 'react'
import { useText } from '../catalogue.ts'
import { RUN_COLOURS, runLetter } from './runColours.ts'
import styles from './LossChart.module.css'

/** Validation loss by epoch of several runs on one pair of axes; the best epoch of each is marked. */
export function CurvesOverlaid({ runs }: { readonly runs: readonly TrainingRun[] }) {
  const text = useText()
  const { ref: frame, width } = useElementSize()
  const drawing = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (drawing.current === null || width === 0) return
    const longest = Math.max(1, ...runs.map(({ epochs }) => epochs.length))
    const plot = Plot.plot({
      width,
      height: 300,
      marginLeft: 44,
      marginRight: 36,
      marginBottom: 40,
      style: { background: 'none', fontFamily: 'inherit', fontSize: '13px', overflow: 'visible' },
      x: { label: text('loss.epoch'), tickFormat: 'd', interval: 1, ticks: Math.min(longest, 10) },
      y: { label: text('compare.validationLoss'), grid: true, nice: true, ticks: 6 },
      marks: runs.flatMap(({ epochs }, at) => {
        const { stroke, dash } = RUN_COLOURS[at] ?? RUN_COLOURS[0]
        const best = epochs.toSorted((one, other) => one.validationLoss - other.validationLoss).slice(0, 1)
        return [
          Plot.lineY(epochs, { x: 'epoch', y: 'validationLoss', stroke, strokeWidth: 2.5, strokeDasharray: dash }),
          Plot.dot(best, { x: 'epoch', y: 'validationLoss', r: 5, fill: stroke, stroke: 'var(--spira-surface)' }),
          Plot.text(epochs.slice(-1), {
            x: 'epoch',
            y: 'validationLoss',
            text: () => runLetter(at),
            textAnchor: 'start',
            dx: 8,
            fill: stroke,
            fontWeight: 'bold',
          }),
        ]
      }),
    })
    drawing.current.replaceChildren(plot)
    return () => plot.remove()
  }, [runs, width, text])
  return (
    <figure className={styles.chart} ref={frame}>
      <div ref={drawing} aria-hidden />
    </figure>
  )
}
