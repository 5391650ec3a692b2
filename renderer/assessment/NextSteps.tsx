import type { Assessment } from '@spira/shared/protocol/records.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './NextSteps.module.css'
import { NEXT_STEPS } from './nextSteps.ts'

/** A result is only as good as what follows from it: in both directions. */
export function NextSteps({ decision }: Pick<Assessment, 'decision'>) {
  const text = useAppText()
  return (
    <div>
      <h2 className={styles.title}>{text('next.title')}</h2>
      <ol className={styles.steps} data-testid="next-steps">
        {NEXT_STEPS[decision].map((id) => (
          <li key={id}>{text(id)}</li>
        ))}
      </ol>
    </div>
  )
}
