import type { Task } from '@spira/shared/protocol/records.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './TaskPrompt.module.css'

/** What the patient is asked to do, and the words to read, large enough to be read from the bed. */
export function TaskPrompt({ task }: { task: Task }) {
  const text = useAppText()
  return (
    <div className={styles.prompt}>
      <p>{text(`task.instruction.${task}`)}</p>
      {task === 'read-sentence' && (
        <blockquote className={styles.words} data-testid="sentence">
          {text('task.sentence')}
        </blockquote>
      )}
      {task === 'spoken-consent' && <blockquote className={styles.words}>{text('task.consentWords')}</blockquote>}
    </div>
  )
}
