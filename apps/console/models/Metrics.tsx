import type { ModelVersion } from '@spira/shared/protocol/consoleApi.ts'
import { useIntl } from 'react-intl'
import { type MessageId, useText } from '../catalogue.ts'
import styles from './Metrics.module.css'

/** The metrics this version knows, in the order they are read; a newer server's others follow under their own names. */
const METRIC_NAMES: Readonly<Record<string, MessageId>> = {
  rocAuc: 'metric.auc',
  sensitivity: 'metric.sensitivity',
  specificity: 'metric.specificity',
  f1: 'metric.f1',
  brier: 'metric.brier',
  prAuc: 'metric.prAuc',
  uar: 'metric.uar',
  calibrationError: 'metric.calibrationError',
  permutationP: 'metric.permutationP',
  shuffledLabelsAuc: 'metric.shuffledLabelsAuc',
  unseenSiteAuc: 'metric.unseenSiteAuc',
  noiseInAbsentAuc: 'metric.noiseInAbsentAuc',
  noiseInPresentAuc: 'metric.noiseInPresentAuc',
  roomToneAuc: 'metric.roomToneAuc',
  voiceInRoomAuc: 'metric.voiceInRoomAuc',
  channelAuc: 'metric.channelAuc',
  matchedAuc: 'metric.matchedAuc',
}

const at = (value: number): string => `${100 * Math.min(1, Math.max(0, value))}%`

/** Each metric with its 95 % interval, as a point on a whisker from 0 to 1 and in figures. */
export function Metrics({ metrics }: Pick<ModelVersion, 'metrics'>) {
  const text = useText()
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
            const label = METRIC_NAMES[name]
            return (
              <tr key={name}>
                <th scope="row">{label === undefined ? name : text(label)}</th>
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
