import { isUnlike } from '@spira/shared/model/familiarity.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconQuestionMark } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import styles from './MeaningHere.module.css'

/** Whether the recording is like those the model learned from: what it cannot know it must not judge. */
export function Likeness({ familiarity }: Pick<Assessment, 'familiarity'>) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  if (familiarity === undefined) {
    return (
      <p className={styles.note} data-testid="likeness" data-likeness="not-checked">
        {text('likeness.notChecked')}
      </p>
    )
  }
  const inTenths = (value: number): string =>
    formatNumber(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const measured = text('likeness.distance', {
    distance: inTenths(familiarity.distance),
    limit: inTenths(familiarity.limit),
  })
  if (!isUnlike(familiarity)) {
    return (
      <p className={styles.note} data-testid="likeness" data-likeness="like">
        {text('likeness.like')} {measured}
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
      <p>
        {text('likeness.unlikeWords')} {measured}
      </p>
    </Panel>
  )
}
