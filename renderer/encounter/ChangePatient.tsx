import { ActionIcon, Button, Group, Modal } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import question from '../app/Question.module.css'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { unbroken } from './unbroken.ts'

/** Another patient, in the middle of an encounter: asks what becomes of this one, and never moves anything from one to the other. */
export function ChangePatient({ detail: { draft } }: { detail: EncounterDetail }) {
  const text = useAppText()
  const { encounters } = useBedside()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const change = useAction(async (fate: 'keep' | 'discard') => {
    const { id } = await encounters.start(draft.operatorCode)
    if (fate === 'discard') await encounters.discard(draft.id)
    setAsking(false)
    await navigate({ to: '/encounter/$encounterId', params: { encounterId: id } })
  })
  const code = unbroken(draft.participant.code)
  return (
    <>
      <ActionIcon
        aria-label={text('change.patient')}
        title={text('change.patient')}
        onClick={() => setAsking(true)}
        data-testid="change-patient"
      >
        <IconUserPlus size="1.375rem" stroke={1.8} />
      </ActionIcon>
      <Modal.Root opened={asking} onClose={() => setAsking(false)} padding="lg" centered>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body className={question.question}>
            <Modal.Title>{text('change.title')}</Modal.Title>
            <p>{text('change.words', { code })}</p>
            <FailurePanel error={change.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
                {text('form.back')}
              </Button>
              <Button
                variant="ink"
                loading={change.busy}
                onClick={() => change.run('discard')}
                data-testid="change-discard"
              >
                {text('change.discard', { code })}
              </Button>
              <Button loading={change.busy} onClick={() => change.run('keep')} data-testid="change-keep">
                {text('change.keep', { code })}
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  )
}
