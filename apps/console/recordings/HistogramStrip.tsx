import { RangeSlider } from '@mantine/core'
import { HISTOGRAMS, type HistogramName } from '@spira/shared/protocol/recordingsApi.ts'
import { memo, useState } from 'react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import type { Explorer } from './explorerSearch.ts'
import { isShare } from './figures.ts'
import styles from './HistogramStrip.module.css'

interface HistogramStripProps extends Pick<Explorer, 'change'> {
  readonly name: HistogramName
  /** Undefined until they are known. */
  readonly counts: readonly number[] | undefined
  /** Where the filter cuts; undefined: nowhere. */
  readonly cutFrom: number | undefined
  readonly cutTo: number | undefined
}

const HEIGHT = 40

/** The distribution of one figure, and two handles that cut it: bars outside the cut stay, paler. */
export const HistogramStrip = memo(function HistogramStrip({
  name,
  counts,
  cutFrom,
  cutTo,
  change,
}: HistogramStripProps) {
  const text = useText()
  const { formatNumber } = useIntl()
  const { from, step, bins } = HISTOGRAMS[name]
  const end = from + step * bins
  const low = cutFrom ?? from
  const high = cutTo ?? end
  // While a handle moves, and until the address says the same.
  const [moved, setMoved] = useState<{ since: string; range: [number, number] } | null>(null)
  const since = `${low} ${high}`
  const moving: [number, number] = moved?.since === since ? moved.range : [low, high]
  const most = Math.max(1, ...(counts ?? []))
  const say = (value: number): string =>
    isShare(name)
      ? formatNumber(value, { style: 'percent', maximumFractionDigits: 0 })
      : formatNumber(value, { maximumFractionDigits: 0 })
  const title = text(`histogram.${name}`)
  const isCut = low > from || high < end
  return (
    <figure className={styles.strip} data-testid={`histogram-${name}`}>
      <figcaption>
        <span>{title}</span>
        <output>
          {isCut || moving[0] > from || moving[1] < end
            ? text('histogram.range', { from: say(moving[0]), to: say(moving[1]) })
            : text('histogram.all')}
        </output>
      </figcaption>
      <svg viewBox={`0 0 ${bins} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        {counts?.map((count, bin) => {
          const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT)
          const start = from + bin * step
          const inside = start + step > moving[0] + 1e-9 && start < moving[1] - 1e-9
          return (
            <rect
              key={start}
              x={bin + 0.08}
              y={HEIGHT - height}
              width={0.84}
              height={height}
              className={inside ? styles.inside : styles.outside}
            />
          )
        })}
      </svg>
      <RangeSlider
        size="xs"
        min={from}
        max={end}
        step={step}
        minRange={step}
        value={moving}
        label={null}
        onChange={(range) => setMoved({ since, range })}
        onChangeEnd={([a, b]) =>
          change({
            [`${name}From`]: a > from ? rounded(a) : undefined,
            [`${name}To`]: b < end ? rounded(b) : undefined,
          })
        }
        thumbFromLabel={text('histogram.from', { what: title })}
        thumbToLabel={text('histogram.to', { what: title })}
        thumbSize={16}
        classNames={{ root: styles.slider, thumb: styles.thumb }}
      />
    </figure>
  )
})

const rounded = (value: number): number => Math.round(value * 1000) / 1000
