import { UnstyledButton } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail, EncounterStep } from '../bedside/bedside.ts'
import { isOpen, STEPS } from './steps.ts'
import styles from './StepTrail.module.css'

interface StepTrailProps {
  readonly detail: EncounterDetail
  readonly onVisit: (step: EncounterStep) => void
  /** While a recording runs nobody leaves its step by accident. */
  readonly locked: boolean
}

/** Where in the encounter we are, and the way back to what was already filled in. */
export function StepTrail({ detail, onVisit, locked }: StepTrailProps) {
  const text = useAppText()
  const current = STEPS.indexOf(detail.draft.step)
  return (
    <nav aria-label={text('steps.label')}>
      <ol className={styles.trail}>
        {STEPS.map((step, index) => (
          <li key={step}>
            <UnstyledButton
              className={styles.step}
              aria-current={index === current ? 'step' : undefined}
              disabled={locked || !isOpen(step, detail)}
              onClick={() => onVisit(step)}
              data-testid={`step-${step}`}
            >
              <span className={styles.number}>
                {index < current ? <IconCheck size="1rem" stroke={2.4} aria-hidden /> : index + 1}
              </span>
              <span className={styles.name}>{text(`step.${step}`)}</span>
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  )
}
