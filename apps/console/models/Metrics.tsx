import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { useIntl } from 'react-intl'
import { type MessageId, useText } from '../catalogue.ts'
import styles from './Metrics.module.css'

/** Names of the metrics this version knows; a newer server's others keep their own. */
const METRIC_NAMES: Readonly<Record<string, MessageId>> = {
  auc: 'metric.auc',
  accuracy: 'metric.accuracy',
  balancedAccuracy: 'metric.balancedAccuracy',
  sensitivity: 'metric.sensitivity',
  specificity: 'metric.specificity',
  f1: 'metric.f1',
  brier: 'metric.brier',
  ece: 'metric.ece',
}

const at = (value: number): string => `${100 * Math.min(1, Math.max(0, value))}%`

/** Each metric with its 95 % interval, as a point on a whisker from 0 to 1 and in figures. */
export function Metrics({ metrics }: Pick<ModelVersion, 'metrics'>) {
  const text = useText()
  const { formatNumber } = useIntl()
  const figure = (value: number) => formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const entries = Object.entries(metrics)
  if (entries.length === 0) return <p className={styles.caption}>{text('metrics.none')}</p>
  return (
    <div>
      <table className={styles.metrics}>
        <caption className={styles.caption}>{text('metrics.caption')}</caption>
        <tbody>
          {entries.map(([name, { value, low, high }]) => {
            const known = METRIC_NAMES[name]
            return (
              <tr key={name}>
                <th scope="row">{known === undefined ? name : text(known)}</th>
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
