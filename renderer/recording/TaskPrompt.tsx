import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import type { Language } from '@spira/shared/ui/languages.ts'
import { useAppText } from '../app/useAppText.ts'
import { TaskPicture } from './TaskPicture.tsx'
import styles from './TaskPrompt.module.css'

interface TaskPromptProps {
  readonly task: ProtocolTask
  /** The patient's, which need not be the app's: the words to say are in it. */
  readonly spoken: Language
}

/** What the patient is asked to do, in a picture and in words, and what to read, large enough to be read from the bed. */
export function TaskPrompt({ task, spoken }: TaskPromptProps) {
  const text = useAppText()
  const { language } = useLanguage()
  const { instructions, words, minSeconds, maxSeconds, silenceStopSeconds } = task
  return (
    <div className={styles.prompt}>
      <div className={styles.doing}>
        <TaskPicture task={task.task} />
        <div>
          <p className={styles.instructions}>{instructions[language]}</p>
          {spoken !== language && words === null && (
            <p className={styles.instructions} lang={spoken}>
              {instructions[spoken]}
            </p>
          )}
        </div>
      </div>
      {words !== null && (
        <blockquote className={styles.words} lang={spoken} data-testid="sentence">
          {words[spoken]}
        </blockquote>
      )}
      <p className={styles.times} data-testid="task-times">
        {text('record.times', { min: minSeconds, max: maxSeconds })}{' '}
        {silenceStopSeconds !== null && text('record.silence', { seconds: silenceStopSeconds })}
      </p>
    </div>
  )
}
