import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { Question } from '../app/Question.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { MicrophoneChoice } from './microphoneChoice.ts'

interface MicrophoneGoneProps {
  readonly choice: Extract<MicrophoneChoice, { kind: 'gone' }>
  readonly asking: boolean
  readonly onClose: () => void
  readonly onAgreed: () => void
}

/** The microphone this device usually records with is not connected: said before, and asked once when a recording is begun. */
export function MicrophoneGone({ choice, asking, onClose, onAgreed }: MicrophoneGoneProps) {
  const text = useAppText()
  const { label, instead } = choice
  const other = instead.label === '' ? text('record.microphoneNumber', { number: 1 }) : instead.label
  const agree = useAction(async () => onAgreed())
  const title = label === '' ? text('microphone.usualGoneUnnamed') : text('microphone.usualGone', { label })
  return (
    <>
      <Panel tone="warn" icon={IconPlugConnectedX} title={title} data-testid="microphone-gone" />
      <Question
        opened={asking}
        onClose={onClose}
        title={title}
        words={text('microphone.useOther', { other })}
        action={agree}
        actionName={text('microphone.recordWithOther')}
        testId="record-with-other"
      />
    </>
  )
}
