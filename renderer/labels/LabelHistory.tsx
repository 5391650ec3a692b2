import type { Label } from '@spira/shared/protocol/records.ts'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { FormattedDate } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import styles from './LabelHistory.module.css'
import { LABEL_ICONS } from './labelLook.ts'

/** Every label given, the one that counts first. None is ever overwritten. */
export function LabelHistory({ labels }: { labels: readonly Label[] }) {
  const text = useAppText()
  return (
    <ol className={styles.history} aria-label={text('label.history')}>
      {labels.map((label, index) => (
        <li key={label.id} className={styles.entry} data-testid="label-entry" data-counts={index === 0}>
          <ToneBadge {...LABEL_ICONS[label.value]}>{text(`label.${label.value}`)}</ToneBadge>
          <em>{index === 0 ? text('label.counts') : text('label.earlier')}</em>
          <span className={styles.particulars}>
            {text(`label.how.${label.establishedBy}`)}
            {label.cause !== undefined && ` · ${label.cause}`} · {label.givenBy} ·{' '}
            <FormattedDate value={label.givenAt} dateStyle="short" timeStyle="short" />
          </span>
        </li>
      ))}
    </ol>
  )
}
