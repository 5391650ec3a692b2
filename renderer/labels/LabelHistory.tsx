import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconGitMerge } from '@tabler/icons-react'
import { FormattedDate } from 'react-intl'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import type { GivenLabel } from '../bedside/bedside.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './LabelHistory.module.css'
import { LABEL_ICONS } from './labelLook.ts'

/** Every label given, the one that counts first. None is ever overwritten. */
export function LabelHistory({ labels }: { labels: readonly GivenLabel[] }) {
  const text = useAppText()
  return (
    <>
      {isConflict(labels) && (
        <Panel tone="warn" icon={IconGitMerge} title={text('label.conflict')} data-testid="label-conflict" />
      )}
      <ol className={styles.history} aria-label={text('label.history')}>
        {labels.map((label, index) => (
          <li key={label.id} className={styles.entry} data-testid="label-entry" data-counts={index === 0}>
            <ToneBadge {...LABEL_ICONS[label.value]}>{text(`label.${label.value}`)}</ToneBadge>
            <em>{index === 0 ? text('label.counts') : text('label.earlier')}</em>
            <span className={styles.particulars}>
              {text(label.establishedBy === undefined ? 'label.how.not' : `label.how.${label.establishedBy}`)}
              {label.cause !== undefined && ` · ${label.cause}`}
              {label.establishedOn !== undefined && (
                <>
                  {' '}
                  · <FormattedDate value={`${label.establishedOn}T12:00`} dateStyle="short" />
                </>
              )}{' '}
              · {text('label.givenBy', { who: label.givenBy })}{' '}
              <FormattedDate value={label.givenAt} dateStyle="short" timeStyle="short" />
              {label.origin !== 'here' && ` · ${text(`label.origin.${label.origin}`)}`}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The newest labels of two origins differ: neither saw the other's. */
function isConflict(labels: readonly GivenLabel[]): boolean {
  const newest = new Map<GivenLabel['origin'], GivenLabel['value']>()
  for (const { origin, value } of labels) if (!newest.has(origin)) newest.set(origin, value)
  return new Set(newest.values()).size > 1
}
