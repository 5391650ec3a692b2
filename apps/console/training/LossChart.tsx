import { useElementSize } from '@mantine/hooks'
import * as Plot from '@observablehq/plot'
import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { useEffect, useRef } from 'react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import styles from './LossChart.module.css'

interface LossChartProps extends Pick<TrainingRun, 'epochs'> {
  readonly ended: boolean
  /** One of several beside each other: its name, and the losses from the least to the most of all of them. */
  readonly amongOthers?: { readonly name: string; readonly losses: readonly [number, number] } | undefined
}

/** Training and validation loss by epoch; the best validation epoch, whose weights are kept, is marked. */
export function LossChart({ epochs, ended, amongOthers }: LossChartProps) {
  const text = useText()
  const { formatNumber } = useIntl()
  const { ref: frame, width } = useElementSize()
  const drawing = useRef<HTMLDivElement>(null)
  const best = epochs.reduce<(typeof epochs)[number] | undefined>(
    (lowest, one) => (lowest === undefined || one.validationLoss < lowest.validationLoss ? one : lowest),
    undefined,
  )
  useEffect(() => {
    if (drawing.current === null || width === 0) return
    const end = epochs.at(-1)
    const plot = Plot.plot({
      width,
      height: amongOthers === undefined ? 220 : 150,
      marginLeft: 44,
      marginRight: amongOthers === undefined ? 92 : 12,
      marginBottom: 36,
      style: { background: 'none', fontFamily: 'inherit', fontSize: '13px', overflow: 'visible' },
      x: { label: text('loss.epoch'), tickFormat: 'd', interval: 1, ticks: Math.min(epochs.length, 10) },
      y: {
        label: text('loss.loss'),
        grid: true,
        nice: true,
        ticks: amongOthers === undefined ? 5 : 3,
        ...(amongOthers === undefined ? {} : { domain: amongOthers.losses }),
      },
      marks: [
        Plot.lineY(epochs, {
          x: 'epoch',
          y: 'trainLoss',
          stroke: 'var(--spira-muted)',
          strokeWidth: 2,
          strokeDasharray: '5 4',
        }),
        Plot.lineY(epochs, { x: 'epoch', y: 'validationLoss', stroke: 'var(--spira-accent)', strokeWidth: 2.5 }),
        // A line of one point draws nothing.
        ...(epochs.length === 1
          ? [Plot.dot(epochs, { x: 'epoch', y: 'trainLoss', r: 4, fill: 'var(--spira-muted)' })]
          : []),
        ...(best === undefined
          ? []
          : [
              Plot.dot([best], {
                x: 'epoch',
                y: 'validationLoss',
                r: 5,
                fill: 'var(--spira-accent)',
                stroke: 'var(--spira-surface)',
              }),
            ]),
        ...(end === undefined || amongOthers !== undefined
          ? []
          : endLabels(end, text('loss.training'), text('loss.validation'))),
      ],
    })
    drawing.current.replaceChildren(plot)
    return () => plot.remove()
  }, [epochs, best, width, text, amongOthers])
  const losses = (value: number) => formatNumber(value, { maximumFractionDigits: 3 })
  return (
    <figure className={styles.chart} ref={frame}>
      <div ref={drawing} aria-hidden />
      {best !== undefined && (
        <figcaption>
          {amongOthers !== undefined && <strong>{amongOthers.name} · </strong>}
          {text(ended ? 'loss.summary' : 'loss.soFar', {
            count: epochs.length,
            best: best.epoch,
            loss: losses(best.validationLoss),
          })}
        </figcaption>
      )}
    </figure>
  )
}

/** Names at the lines' ends, kept apart where the lines meet. */
function endLabels(end: TrainingRun['epochs'][number], training: string, validation: string) {
  const trainingAbove = end.trainLoss > end.validationLoss
  const name = (label: string, y: number, above: boolean, fill: string) =>
    Plot.text([{ x: end.epoch, y, label }], {
      x: 'x',
      y: 'y',
      text: 'label',
      textAnchor: 'start',
      dx: 8,
      dy: above ? -7 : 7,
      fill,
    })
  return [
    name(training, end.trainLoss, trainingAbove, 'var(--spira-muted)'),
    name(validation, end.validationLoss, !trainingAbove, 'var(--spira-accent)'),
  ]
}
