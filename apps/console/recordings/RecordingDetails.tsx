import type { RecordingRow } from '@spira/shared/protocol/consoleApi.ts'
import { AudioPlayer } from '@spira/shared/ui/AudioPlayer.tsx'
import { clock } from '@spira/shared/ui/clock.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconAlertTriangle, IconClockHour4, IconFlask, IconInfoCircle } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { usePercent, useWhen } from '../frame/useFormats.ts'
import { LabelBadge, QualityBadge, Score } from './RecordingBadges.tsx'
import styles from './RecordingDetails.module.css'
import { audioUrl } from './recordings.ts'

/** All that is known of one recording: to listen to, and to read. */
export function RecordingDetails({ recording }: { recording: RecordingRow }) {
  const text = useText()
  const when = useWhen()
  const percent = usePercent()
  const { formatNumber } = useIntl()
  const { quality, label, assessment } = recording
  const decibels = (value: number | null, unit: 'dBFS' | 'dB') =>
    value === null ? '–' : `${formatNumber(value, { maximumFractionDigits: 0 })} ${unit}`
  return (
    <div className={styles.details} data-testid="recording-details">
      <p className={styles.where}>
        {recording.siteName} · {recording.deviceName} · {when(recording.startedAt)}
      </p>
      {recording.simulated && <Panel tone="warn" icon={IconFlask} title={text('simulated.recording')} />}
      {recording.filedAt === null ? (
        <Panel tone="plain" icon={IconClockHour4} title={text('recording.audioUnderWay')} />
      ) : (
        <AudioPlayer source={audioUrl(recording.id)} label={text(`task.${recording.task}`)} height={88} />
      )}

      <section className={styles.part}>
        <h3>{text('recording.label')}</h3>
        <LabelBadge label={label} />
        {label !== null && (
          <p className={styles.caption}>
            {text('label.history', {
              how: text(`established.${label.establishedBy}`),
              who: label.givenBy,
              when: when(label.givenAt),
            })}
            {label.cause !== undefined && <> · {label.cause}</>}
          </p>
        )}
      </section>

      <section className={styles.part}>
        <h3>{text('recording.assessment')}</h3>
        <Score assessment={assessment} />
        {assessment !== null && (
          <>
            <p className={styles.caption}>
              {text('assessment.threshold', { threshold: percent(assessment.threshold) })}
            </p>
            <Panel tone="plain" icon={IconInfoCircle} title={text('intendedUse.not-a-diagnosis')} />
          </>
        )}
      </section>

      <section className={styles.part}>
        <h3>{text('recording.quality')}</h3>
        <QualityBadge quality={quality} />
        {quality.findings.length > 0 && (
          <ul className={styles.findings}>
            {quality.findings.map(({ code, severity }) => (
              <li key={code}>
                <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
                <span>
                  {text(`finding.${code}`)} {severity === 'refusal' && <strong>{text('finding.refused')}</strong>}
                </span>
              </li>
            ))}
          </ul>
        )}
        <dl className={styles.facts}>
          <dt>{text('recording.duration')}</dt>
          <dd>{clock(recording.durationMs / 1000)}</dd>
          <dt>{text('quality.active')}</dt>
          <dd>{clock(quality.activeMs / 1000)}</dd>
          <dt>{text('quality.level')}</dt>
          <dd>{decibels(quality.rmsDbfs, 'dBFS')}</dd>
          <dt>{text('quality.peak')}</dt>
          <dd>{decibels(quality.peakDbfs, 'dBFS')}</dd>
          <dt>{text('quality.snr')}</dt>
          <dd>{decibels(quality.snrDb, 'dB')}</dd>
        </dl>
      </section>

      <section className={styles.part}>
        <h3>{text('recording.proof')}</h3>
        <dl className={styles.facts}>
          <dt>{text('recording.filedAt')}</dt>
          <dd>{recording.filedAt === null ? '–' : when(recording.filedAt)}</dd>
          <dt>SHA-256</dt>
          <dd>
            <code data-testid="recording-sha256">{recording.sha256}</code>
          </dd>
        </dl>
      </section>
    </div>
  )
}
