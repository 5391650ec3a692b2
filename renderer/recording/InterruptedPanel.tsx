import { Button, Group } from '@mantine/core'
import { clock } from '@spira/shared/ui/clock.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { FormattedDate } from 'react-intl'
import { useBedside } from '../app/BedsideContext.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { Question } from '../app/Question.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { InterruptedRecording } from '../bedside/bedside.ts'
import { unbroken } from '../encounter/unbroken.ts'

interface InterruptedPanelProps {
  readonly recording: InterruptedRecording
  /** Default: the encounter is opened at its result. */
  readonly onRecovered?: () => void
}

/** A recording that a crash or power cut ended, offered back. */
export function InterruptedPanel({ recording, onRecovered }: InterruptedPanelProps) {
  const text = useAppText()
  const navigate = useNavigate()
  const { recorder, encounters } = useBedside()
  const [discarding, setDiscarding] = useState(false)
  const { recordingId, encounterId, participantCode, task, startedAt, durationMs } = recording
  const recover = useAction(async () => {
    await recorder.recover(recordingId)
    if (onRecovered !== undefined) return onRecovered()
    await encounters.update(encounterId, { step: 'result' })
    await navigate({ to: '/encounter/$encounterId', params: { encounterId } })
  })
  const discard = useAction(() => recorder.discardInterrupted(recordingId))
  return (
    <Panel
      tone="warn"
      icon={IconPlugConnectedX}
      title={text('interrupted.title', { code: unbroken(participantCode) })}
      data-testid="interrupted"
    >
      <p>
        {text(`task.${task}`)} · <FormattedDate value={startedAt} dateStyle="short" timeStyle="short" /> ·{' '}
        {text('interrupted.kept', { duration: clock(durationMs / 1000) })}
      </p>
      <FailurePanel error={recover.error} />
      <Group>
        <Button onClick={() => recover.run()} loading={recover.busy} data-testid="recover">
          {text('interrupted.recover')}
        </Button>
        <Button variant="default" onClick={() => setDiscarding(true)} data-testid="discard-interrupted">
          {text('interrupted.discard')}
        </Button>
      </Group>
      <Question
        opened={discarding}
        onClose={() => setDiscarding(false)}
        title={text('interrupted.discardTitle')}
        words={text('interrupted.discardWords', { code: unbroken(participantCode) })}
        action={discard}
        actionName={text('interrupted.discard')}
        testId="discard-confirm"
      />
    </Panel>
  )
}
