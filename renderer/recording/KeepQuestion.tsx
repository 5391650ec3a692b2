import { Button, Modal } from '@mantine/core'
import { type KeptBecause, keptBecauseSchema } from '@spira/shared/protocol/quality.ts'
import { FailurePanel } from '../app/FailurePanel.tsx'
import type { Action } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import styles from './KeepQuestion.module.css'

interface KeepQuestionProps {
  /** How many takes the reason is for. */
  readonly takes: number
  readonly opened: boolean
  readonly onClose: () => void
  readonly keep: Action<[KeptBecause]>
}

/** Why takes that are refused a score are kept: one touch, sent with each recording. */
export function KeepQuestion({ takes, opened, onClose, keep }: KeepQuestionProps) {
  const text = useAppText()
  return (
    // Without Mantine's own header: as a second banner landmark it could not be told apart from the app's.
    <Modal.Root opened={opened} onClose={onClose} padding="lg" centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className={styles.reasons}>
          <Modal.Title className={styles.title}>{text('keep.title', { takes })}</Modal.Title>
          <p>{text('keep.words', { takes })}</p>
          <FailurePanel error={keep.error} />
          {keptBecauseSchema.options.map((because) => (
            <Button
              key={because}
              size="lg"
              variant="default"
              justify="flex-start"
              disabled={keep.busy}
              onClick={() => keep.run(because)}
              data-testid={`keep-${because}`}
            >
              {text(`keep.${because}`)}
            </Button>
          ))}
          <Button variant="subtle" onClick={onClose}>
            {text('form.back')}
          </Button>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
