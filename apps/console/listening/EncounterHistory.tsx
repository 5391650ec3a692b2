import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import { Link } from '@tanstack/react-router'
import { useIntl } from 'react-intl'
import { useText } from '../catalogue.ts'
import { useDay, usePercent } from '../frame/useFormats.ts'
import { LabelBadge } from '../recordings/RecordingBadges.tsx'
import styles from './EncounterHistory.module.css'

/** The participant's encounters in their order, each with vitals, label and its recordings; the present one is marked. */
export function EncounterHistory({ recording }: { recording: RecordingDetail }) {
  const text = useText()
  const day = useDay()
  const percent = usePercent()
  const { formatNumber } = useIntl()
  const { encounters, encounterCount } = recording
  return (
    <>
      {encounters.length < encounterCount && (
        <p className={styles.some}>{text('history.newest', { shown: encounters.length, count: encounterCount })}</p>
      )}
      <ol className={styles.encounters}>
        {encounters.map(({ id, startedAt, vitals, label, recordings }) => (
          <li key={id} data-present={id === recording.encounterId || undefined}>
            <div className={styles.when}>
              <strong>{day(startedAt)}</strong>
              <LabelBadge label={label} />
            </div>
            <p>
              {[
                vitals.spo2Percent !== undefined && `SpO₂ ${formatNumber(vitals.spo2Percent)} %`,
                vitals.heartRatePerMin !== undefined && text('vitals.heart', { rate: vitals.heartRatePerMin }),
                vitals.respiratoryRatePerMin !== undefined &&
                  text('vitals.breath', { rate: vitals.respiratoryRatePerMin }),
              ]
                .filter((part) => part !== false)
                .join(' · ')}
            </p>
            <ul>
              {recordings.map((each) => (
                <li key={each.id}>
                  {each.id === recording.id ? (
                    <span aria-current="true">{text(`task.${each.task}`)}</span>
                  ) : (
                    <Link to="/recordings/$recordingId" params={{ recordingId: each.id }} search>
                      {text(`task.${each.task}`)}
                    </Link>
                  )}
                  {each.probability !== null && <small>{percent(each.probability)}</small>}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </>
  )
}
