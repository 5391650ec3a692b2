import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import type { ProtocolTask } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { IconAlertTriangle, IconBan, IconCheck } from '@tabler/icons-react'
import { useAppText } from '../app/useAppText.ts'
import type { Take } from '../bedside/bedside.ts'
import styles from './TaskTrail.module.css'

const VERDICT_ICON = { good: IconCheck, fair: IconAlertTriangle, unusable: IconBan } as const

interface TaskTrailProps {
  readonly tasks: readonly ProtocolTask[]
  readonly current: Task
  /** The take that stands for a task; null before there is one. */
  readonly takeOf: (task: Task) => Take | null
  readonly onChoose: (task: Task) => void
  /** While a recording runs nobody leaves its task by accident. */
  readonly locked: boolean
}

/** The tasks in their order, what is done and how well, and the way to any of them. */
export function TaskTrail({ tasks, current, takeOf, onChoose, locked }: TaskTrailProps) {
  const text = useAppText()
  const { language } = useLanguage()
  return (
    <nav aria-label={text('record.tasks')}>
      <ol className={styles.trail}>
        {tasks.map(({ task, title, expected }, index) => {
          const take = takeOf(task)
          const StateIcon = take === null ? null : VERDICT_ICON[take.quality.verdict]
          return (
            <li key={task}>
              <UnstyledButton
                className={styles.task}
                aria-current={task === current ? 'step' : undefined}
                data-verdict={take?.quality.verdict}
                disabled={locked}
                onClick={() => onChoose(task)}
                data-testid={`task-${task}`}
              >
                <span className={styles.mark} aria-hidden>
                  {StateIcon === null ? index + 1 : <StateIcon size="1.05rem" stroke={2.3} />}
                </span>
                <span className={styles.name}>
                  {title[language]}
                  {!expected && take === null && <small> {text('form.optional')}</small>}
                </span>
                {take !== null && <VisuallyHidden>{text(`quality.${take.quality.verdict}`)}</VisuallyHidden>}
              </UnstyledButton>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
