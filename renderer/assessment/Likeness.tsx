import type { Assessment } from '@spira/shared/protocol/records.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconQuestionMark } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import styles from './MeaningHere.module.css'

/** Whether the recording is like those the model learned from: what it cannot know it must not judge. */
export function Likeness({ familiarity }: Pick<Assessment, 'familiarity'>) {
  const text = useAppText()
  if (familiarity === undefined) {
    return (
      <p className={styles.note} data-testid="likeness" data-likeness="not-checked">
        {text('likeness.notChecked')}
      </p>
    )
  }
  if (familiarity.distance <= familiarity.limit) {
    return (
      <p className={styles.note} data-testid="likeness" data-likeness="like">
        {text('likeness.like')}
      </p>
    )
  }
  return (
    <Panel
      tone="unsure"
      icon={IconQuestionMark}
      title={text('likeness.unlike')}
      data-testid="likeness"
      data-likeness="unlike"
    >
      <p>{text('likeness.unlikeWords')}</p>
    </Panel>
  )
}
