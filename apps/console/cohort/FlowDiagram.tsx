import type { CohortPreview } from '@spira/shared/protocol/cohortApi.ts'
import { FormattedNumber } from 'react-intl'
import { useText } from '../catalogue.ts'
import styles from './FlowDiagram.module.css'

interface FlowDiagramProps {
  readonly preview: CohortPreview
  /** A rule of the cohort in words. */
  readonly ruleWords: (index: number) => string
}

/** What was there, what each step took, what is left: the diagram a paper shows (STARD, CONSORT). */
export function FlowDiagram({ preview, ruleWords }: FlowDiagramProps) {
  const text = useText()
  const { present, absent } = preview.classes
  // A base step that took nothing is not worth a box.
  const steps = preview.steps.filter(({ step, removed }) => typeof step === 'number' || removed.recordings > 0)
  return (
    <ol className={styles.flow} aria-label={text('flow.title')} data-testid="flow">
      <li className={styles.box}>
        <strong>{text('flow.all')}</strong>
        <Count {...preview.total} />
      </li>
      {steps.map(({ step, removed, left }, index) => (
        <li key={step} className={styles.step} data-testid="flow-step">
          <div className={styles.arrow} aria-hidden />
          <div className={styles.taken}>
            <span>{typeof step === 'number' ? ruleWords(step) : text(`flow.${step}`)}</span>
            <span>
              − <Count {...removed} />
            </span>
          </div>
          {(typeof step === 'number' || step === 'matching' || index === steps.length - 1) && (
            <div className={styles.box}>
              <Count {...left} />
            </div>
          )}
        </li>
      ))}
      <li className={styles.classes}>
        <div className={styles.fork} aria-hidden />
        <div className={styles.box} data-tone="alarm">
          <strong>{text('label.present')}</strong>
          <Count {...present} />
        </div>
        <div className={styles.box} data-tone="calm">
          <strong>{text('label.absent')}</strong>
          <Count {...absent} />
        </div>
      </li>
    </ol>
  )
}

function Count({ recordings, participants }: { recordings: number; participants: number }) {
  const text = useText()
  return (
    <span className={styles.count}>
      <b>
        <FormattedNumber value={recordings} />
      </b>{' '}
      {text('flow.recordings', { count: recordings })} · <FormattedNumber value={participants} />{' '}
      {text('flow.participants', { count: participants })}
    </span>
  )
}
