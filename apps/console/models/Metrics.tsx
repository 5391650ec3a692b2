import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { METRIC_NAMES, useMetricTexts } from './metricNames.ts'
import styles from './Metrics.module.css'

const at = (value: number): string => `${100 * Math.min(1, Math.max(0, value))}%`

/** Each metric with its 95 % interval, as a point on a whisker from 0 to 1 and in figures. */
export function Metrics({ metrics }: Pick<ModelVersion, 'metrics'>) {
  const text = useText()
  const metricText = useMetricTexts()
  const { formatNumber } = useIntl()
  const figure = (value: number) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const known = Object.keys(METRIC_NAMES)
  const place = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length)
  const entries = Object.entries(metrics).sort(([one], [other]) => place(one) - place(other))
  if (entries.length === 0) return <p className={styles.caption}>{text('metrics.none')}</p>
  return (
    <div>
      <table className={styles.metrics}>
        <caption className={styles.caption}>{text('metrics.caption')}</caption>
        <tbody>
          {entries.map(([name, { value, low, high }]) => {
            return (
              <tr key={name}>
                <th scope="row">{metricText(name)}</th>
                <td className={styles.figures}>
                  <strong>{figure(value)}</strong> {text('metrics.interval', { low: figure(low), high: figure(high) })}
                </td>
                <td className={styles.whisker} aria-hidden>
                  <div>
                    <i style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
                    <b style={{ left: at(value) }} />
                  </div>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
