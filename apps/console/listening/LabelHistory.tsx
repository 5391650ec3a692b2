import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import { useText } from '../catalogue.ts'
import { useDay } from '../frame/useFormats.ts'
import { LabelBadge } from '../recordings/RecordingBadges.tsx'
import styles from './LabelHistory.module.css'

/** Every label that was given, the one that counts first: neither who gave it nor the cause, which is free text. */
export function LabelHistory({ labels }: Pick<RecordingDetail, 'labels'>) {
  const text = useText()
  const day = useDay()
  if (labels.length === 0) return <LabelBadge label={null} />
  return (
    <ol className={styles.labels}>
      {labels.map((label) => (
        <li key={label.id}>
          <LabelBadge label={label.value} />
          <span>
            {text('label.history', {
              how: text(label.establishedBy === undefined ? 'established.not' : `established.${label.establishedBy}`),
              when: day(label.givenAt),
            })}
          </span>
        </li>
      ))}
    </ol>
  )
}
