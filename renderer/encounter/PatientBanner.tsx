import { IconUser } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import styles from './PatientBanner.module.css'

/** Who this is about, on every step: so that nobody records the wrong patient. */
export function PatientBanner({ draft, children }: { draft: EncounterDraft; children?: ReactNode }) {
  const text = useAppText()
  const { code, sex, ageYears } = draft.participant
  const particulars = [
    sex === undefined || sex === 'unknown' ? null : text(`sex.${sex}`),
    ageYears === undefined ? null : text('participant.years', { years: ageYears }),
  ].filter((words) => words !== null)
  return (
    <div className={styles.banner}>
      <div className={styles.inner}>
        <p className={styles.who} data-testid="participant-banner">
          <IconUser size="1.375rem" stroke={1.8} aria-hidden />
          <span className={styles.label}>{text('participant.label')}</span>
          <strong className={styles.code}>{code}</strong>
          {particulars.length > 0 && <span className={styles.particulars}>{particulars.join(' · ')}</span>}
        </p>
        {children}
      </div>
    </div>
  )
}
