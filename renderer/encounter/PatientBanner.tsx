import { Link } from '@tanstack/react-router'
import { IconUser } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import styles from './PatientBanner.module.css'

interface PatientBannerProps {
  readonly detail: Pick<EncounterDetail, 'draft' | 'identity'>
  /** While a recording runs nobody leaves it by accident. */
  readonly locked?: boolean
  /** Beside the name. */
  readonly action?: ReactNode
  readonly children?: ReactNode
}

/** Who this is about, on every step: so that nobody records the wrong patient. The initials are this device's alone. */
export function PatientBanner({ detail: { draft, identity }, locked = false, action, children }: PatientBannerProps) {
  const text = useAppText()
  const { id, code, sex, ageYears } = draft.participant
  const particulars = [
    sex === undefined || sex === 'unknown' ? null : text(`sex.${sex}`),
    ageYears === undefined ? null : text('participant.years', { years: ageYears }),
  ].filter((words) => words !== null)
  const initials = identity?.initials ?? ''
  const who = (
    <>
      <IconUser size="1.375rem" stroke={1.8} aria-hidden />
      <span className={styles.label}>{text('participant.label')}</span>
      {initials === '' ? (
        <span className={styles.nameless} data-testid="banner-nameless">
          {text('banner.nameless')}
        </span>
      ) : (
        <strong className={styles.initials} data-testid="banner-initials">
          {initials}
        </strong>
      )}
      <strong className={styles.code}>{code}</strong>
      {particulars.length > 0 && <span className={styles.particulars}>{particulars.join(' · ')}</span>}
    </>
  )
  return (
    <div className={styles.banner}>
      <div className={styles.inner}>
        <div className={styles.patient}>
          {locked ? (
            <p className={styles.who} data-testid="participant-banner">
              {who}
            </p>
          ) : (
            <Link
              to="/participant/$participantId"
              params={{ participantId: id }}
              className={styles.who}
              data-testid="participant-banner"
            >
              {who}
            </Link>
          )}
          {action}
        </div>
        {children}
      </div>
    </div>
  )
}
