import { Button, Group, Modal } from '@mantine/core'
import { FailurePanel } from './FailurePanel.tsx'
import styles from './Question.module.css'
import type { Action } from './useAction.ts'
import { useAppText } from './useAppText.ts'

interface QuestionProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  readonly words: string
  /** What cannot be undone, and its name. */
  readonly action: Action<[]>
  readonly actionName: string
  readonly testId: string
}

/** Asks before something that cannot be undone; going back is what enter does. */
export function Question({ opened, onClose, title, words, action, actionName, testId }: QuestionProps) {
  const text = useAppText()
  return (
    <Modal.Root opened={opened} onClose={onClose} padding="lg" centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className={styles.question}>
          <Modal.Title>{title}</Modal.Title>
          <p>{words}</p>
          <FailurePanel error={action.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>
              {text('form.back')}
            </Button>
            <Button variant="ink" loading={action.busy} onClick={() => action.run()} data-testid={testId}>
              {actionName}
            </Button>
          </Group>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
