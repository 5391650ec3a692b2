import type { ConfounderRow } from '@spira/shared/protocol/cohortApi.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { type Tone, ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconCircleCheck, IconScale, type Icon } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { usePercent } from '../frame/useFormats.ts'
import { useFacetText } from '../recordings/facetText.ts'
import styles from './ConfounderTable.module.css'

const LOOK: Readonly<Record<ConfounderRow['verdict'], { tone: Tone; icon: Icon }>> = {
  balanced: { tone: 'good', icon: IconCircleCheck },
  unbalanced: { tone: 'warn', icon: IconScale },
  'tells-class': { tone: 'alarm', icon: IconAlertTriangle },
}
/** End of the drawn axis; what is further stands at its end. */
const FARTHEST = 1.5

/** Each variable in both classes, how far apart they are (before and after matching), and whether it gives the class away. */
export function ConfounderTable({
  rows,
  before,
}: {
  rows: readonly ConfounderRow[]
  before: readonly ConfounderRow[] | null
}) {
  const text = useText()
  const { formatNumber } = useIntl()
  const two = (value: number) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const telling = rows.filter(({ verdict }) => verdict === 'tells-class')
  return (
    <>
      {telling.length > 0 && (
        <Panel
          tone="alarm"
          icon={IconAlertTriangle}
          title={text('confounder.warning', { what: telling.map(({ name }) => text(`confounder.${name}`)).join(', ') })}
          data-testid="confounder-warning"
        >
          <p>{text('confounder.warningHint')}</p>
        </Panel>
      )}
      <div className={styles.scroll}>
        <table className={styles.table} data-testid="confounders">
          <thead>
            <tr>
              <th scope="col">{text('confounder.variable')}</th>
              <th scope="col">{text('label.present')}</th>
              <th scope="col">{text('label.absent')}</th>
              <th scope="col">{text('confounder.difference')}</th>
              <th scope="col">{text('confounder.auc')}</th>
              <th scope="col">{text('confounder.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={row.name}>
                <th scope="row">{text(`confounder.${row.name}`)}</th>
                <td>
                  <Side name={row.name} side={row.present} />
                </td>
                <td>
                  <Side name={row.name} side={row.absent} />
                </td>
                <td>
                  <span className={styles.difference}>
                    <Dots now={row.difference} before={before?.[index]?.difference ?? null} />
                    {row.difference === null ? '–' : two(row.difference)}
                  </span>
                </td>
                <td className={styles.auc}>
                  {row.auc === null ? (
                    '–'
                  ) : (
                    <>
                      {two(row.auc.value)}
                      <small>
                        {two(row.auc.low)}–{two(row.auc.high)}
                      </small>
                    </>
                  )}
                </td>
                <td>
                  <ToneBadge {...LOOK[row.verdict]}>{text(`confounder.${row.verdict}`)}</ToneBadge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.legend}>{text(before === null ? 'confounder.legend' : 'confounder.legendBefore')}</p>
    </>
  )
}

const x = (value: number) => 4 + (Math.min(Math.abs(value), FARTHEST) / FARTHEST) * 92

/** A dot on an axis from 0 on, a hollow one where it was before matching, the limit of balance dashed. */
function Dots({ now, before }: { now: number | null; before: number | null }) {
  return (
    <svg className={styles.dots} viewBox="0 0 100 16" aria-hidden>
      <line className={styles.axis} x1={4} x2={96} y1={8} y2={8} />
      <line className={styles.limit} x1={x(0.1)} x2={x(0.1)} y1={1} y2={15} />
      {before !== null && now !== null && <line className={styles.way} x1={x(before)} x2={x(now)} y1={8} y2={8} />}
      {before !== null && <circle className={styles.before} cx={x(before)} cy={8} r={3.2} />}
      {now !== null && <circle className={styles.now} cx={x(now)} cy={8} r={3.8} />}
    </svg>
  )
}

function Side({ name, side }: { name: ConfounderRow['name']; side: ConfounderRow['present'] }) {
  const { formatNumber } = useIntl()
  const percent = usePercent()
  const facetText = useFacetText()
  const one = (value: number) => formatNumber(value, { maximumFractionDigits: 1 })
  if ('mean' in side)
    return (
      <>
        {side.mean === null ? '–' : one(side.mean)}
        {side.sd !== null && <small> ± {one(side.sd)}</small>}
      </>
    )
  const shown = side.shares.slice(0, 3)
  const facet = name === 'sex' ? 'sex' : name === 'site' ? 'site' : 'device'
  return (
    <>
      {shown.map(({ value, share }) => (
        <span key={value} className={styles.share}>
          {facetText(facet, value, value)} <small>{percent(share)}</small>
        </span>
      ))}
      {side.shares.length > shown.length && <small>+{side.shares.length - shown.length}</small>}
    </>
  )
}
