import { Button, Group, Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import question from '../app/Question.module.css'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail, TypedIdentity } from '../bedside/bedside.ts'
import { unbroken } from './unbroken.ts'

interface SamePersonQuestionProps {
  readonly detail: EncounterDetail
  readonly opened: boolean
  /** What stands in the first step now. */
  readonly typed: TypedIdentity
  readonly onSame: () => void
  readonly onClose: () => void
}

/**
 * Other initials or another number were typed of somebody who has encounters, answers or sound already: a correction, or another patient?
 * For another one an encounter of their own begins with what was typed, and this one's person stays who it was.
 */
export function SamePersonQuestion({ detail, opened, typed, onSame, onClose }: SamePersonQuestionProps) {
  const { draft, identity, takes } = detail
  const text = useAppText()
  const { encounters } = useBedside()
  const navigate = useNavigate()
  const another = useAction(async () => {
    const { id } = await encounters.start(draft.operatorCode)
    await encounters.identify(id, typed)
    const begun = draft.consent !== null || Object.keys(draft.entries).length > 0 || takes.length > 0
    if (begun) await encounters.identify(draft.id, { initials: identity?.initials ?? '', recordNumber: undefined })
    else await encounters.discard(draft.id)
    await navigate({ to: '/encounter/$encounterId', params: { encounterId: id } })
  })
  const code = unbroken(draft.participant.code)
  const named = (initials: string, number: string): string =>
    [initials, number].filter((words) => words !== '').join(' · ') || text('samePerson.nobody')
  return (
    <Modal.Root opened={opened} onClose={onClose} padding="lg" centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className={question.question}>
          <Modal.Title>{text('samePerson.title')}</Modal.Title>
          <p data-testid="same-person-words">
            {text('samePerson.words', {
              code,
              was: named(identity?.initials ?? '', identity?.recordNumber ?? ''),
              now: named(typed.initials, typed.recordNumber ?? ''),
            })}
          </p>
          <FailurePanel error={another.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>
              {text('form.back')}
            </Button>
            <Button variant="ink" onClick={onSame} data-testid="person-corrected">
              {text('samePerson.corrected')}
            </Button>
            <Button loading={another.busy} onClick={() => another.run()} data-testid="person-another">
              {text('samePerson.another')}
            </Button>
          </Group>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
