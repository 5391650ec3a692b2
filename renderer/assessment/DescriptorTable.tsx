import { IconArrowDown, IconArrowUp, IconCheck } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import styles from './DescriptorTable.module.css'
import type { TakeAnalysis } from './takeAnalysis.ts'
import { againstUsual, type DescriptorRow } from './usualRanges.ts'

const ICON = { within: IconCheck, below: IconArrowDown, above: IconArrowUp } as const

interface DescriptorTableProps {
  readonly rows: readonly DescriptorRow[]
  readonly speechBy: TakeAnalysis['speechBy']
}

/** Numbers a person can read, each on a scale with what is usual in healthy adults and who says so. */
export function DescriptorTable({ rows, speechBy }: DescriptorTableProps) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const shown = (value: number, { digits, unit }: DescriptorRow): string =>
    `${formatNumber(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit === '' ? '' : ` ${unit}`}`
  const usualWords = (row: DescriptorRow): string => {
    const { from, to } = row.usual ?? { from: null, to: null }
    if (from !== null && to !== null)
      return text('descriptor.usualBetween', { from: shown(from, row), to: shown(to, row) })
    if (to !== null) return text('descriptor.usualUpTo', { to: shown(to, row) })
    return from === null ? text('descriptor.noRange') : text('descriptor.usualFrom', { from: shown(from, row) })
  }
  return (
    <div className={styles.descriptors}>
      <h2>{text('descriptor.title')}</h2>
      <dl data-testid="descriptors">
        {rows.map((row) => {
          const where = againstUsual(row)
          const WhereIcon = where === null ? null : ICON[where]
          return (
            <div
              key={row.id}
              className={styles.row}
              data-where={where ?? undefined}
              data-testid={`descriptor-${row.id}`}
            >
              <dt>{text(`descriptor.${row.id}`)}</dt>
              <dd>
                <strong>{row.value === null ? text('quality.notMeasured') : shown(row.value, row)}</strong>
                <Scale row={row} />
                <span className={styles.usual} title={row.usual?.source}>
                  {WhereIcon !== null && <WhereIcon size="1rem" stroke={2} aria-hidden />}
                  {where !== null && <span>{text(`descriptor.${where}`)}</span>}
                  <span>{usualWords(row)}</span>
                </span>
              </dd>
            </div>
          )
        })}
      </dl>
      <p className={styles.note}>
        {text(speechBy === 'detector' ? 'descriptor.byDetector' : 'descriptor.byLevel')} {text('descriptor.note')}
      </p>
      <details className={styles.note}>
        <summary>{text('descriptor.sources')}</summary>
        <ul>
          {[...new Set(rows.flatMap(({ usual }) => (usual === null ? [] : [usual.source])))].map((source) => (
            <li key={source} lang="en">
              {source}
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}

function Scale({ row: { value, usual, scale } }: { row: DescriptorRow }) {
  const [from, to] = scale
  const at = (point: number): number => 100 * Math.min(1, Math.max(0, (point - from) / (to - from)))
  const [usualFrom, usualTo] = [at(usual?.from ?? from), at(usual?.to ?? to)]
  return (
    <span className={styles.scale} aria-hidden>
      {usual !== null && (
        <span className={styles.band} style={{ left: `${usualFrom}%`, width: `${usualTo - usualFrom}%` }} />
      )}
      {value !== null && <span className={styles.pin} style={{ left: `${at(value)}%` }} />}
    </span>
  )
}
