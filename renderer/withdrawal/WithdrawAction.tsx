import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core'
import { IconUserOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { unbroken } from '../encounter/unbroken.ts'
import styles from './WithdrawAction.module.css'

interface WithdrawActionProps {
  readonly participantId: string
  readonly code: string
  /** Where to go once nothing of the participant is here any more. */
  readonly onErased: () => void
}

/** Records that a participant takes their consent back. It cannot be undone, so it is read, confirmed and signed with a staff code. */
export function WithdrawAction({ participantId, code, onErased }: WithdrawActionProps) {
  const text = useAppText()
  const { withdrawals, operator } = useBedside()
  const [opened, setOpened] = useState(false)
  const [explained, setExplained] = useState(false)
  const [recordedBy, setRecordedBy] = useState(operator.current.get)
  const withdraw = useAction(async () => {
    await withdrawals.withdraw({ participantId, recordedBy: recordedBy.trim() })
    setOpened(false)
    onErased()
  })
  return (
    <>
      <Button
        variant="subtle"
        className={styles.open}
        // The scheme's own alarm colour: Mantine's red has less than 4.5:1 on both grounds.
        c="var(--tone-alarm-ink)"
        leftSection={<IconUserOff size="1.25rem" />}
        onClick={() => setOpened(true)}
        data-testid="withdraw"
      >
        {text('withdrawal.open')}
      </Button>
      <Modal.Root opened={opened} onClose={() => setOpened(false)} size="lg" padding="lg" centered>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body className={styles.question}>
            <Modal.Title>{text('withdrawal.title', { code: unbroken(code) })}</Modal.Title>
            <p>{text('withdrawal.words')}</p>
            <ul className={styles.consequences}>
              <li>{text('withdrawal.device')}</li>
              <li>{text('withdrawal.server')}</li>
              <li>{text('withdrawal.kept')}</li>
            </ul>
            <TextInput
              label={text('withdrawal.by')}
              value={recordedBy}
              onChange={({ currentTarget }) => setRecordedBy(currentTarget.value)}
              maxLength={40}
              autoComplete="off"
              data-testid="withdraw-by"
            />
            <Checkbox
              size="md"
              label={text('withdrawal.explained')}
              checked={explained}
              onChange={({ currentTarget }) => setExplained(currentTarget.checked)}
              data-testid="withdraw-explained"
            />
            <FailurePanel error={withdraw.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpened(false)} data-autofocus>
                {text('form.back')}
              </Button>
              <Button
                color="red.9"
                loading={withdraw.busy}
                disabled={!explained || recordedBy.trim() === ''}
                onClick={() => withdraw.run()}
                data-testid="withdraw-confirm"
              >
                {text('withdrawal.do')}
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  )
}
