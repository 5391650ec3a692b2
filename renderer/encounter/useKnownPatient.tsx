import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { Question } from '../app/Question.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import type { EncounterDetail } from '../bedside/bedside.ts'
import { unbroken } from './unbroken.ts'

/**
 * The patient turns out to be one this device knows. Nothing was given yet: the draft becomes theirs. Something was: asks, and
 * removes it, or where sound was recorded begins another encounter and leaves this one alone.
 */
export function useKnownPatient({ draft, takes }: EncounterDetail): {
  readonly choose: (participantId: string) => void
  readonly question: ReactNode
} {
  const text = useAppText()
  const { encounters } = useBedside()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<string | null>(null)
  const recorded = takes.length > 0
  const adopt = useAction(async (participantId: string) => {
    if (recorded) {
      const { id } = await encounters.start(draft.operatorCode, participantId)
      await navigate({ to: '/encounter/$encounterId', params: { encounterId: id } })
    } else await encounters.adopt(draft.id, participantId)
    setAsking(null)
  })
  const untouched = draft.consent === null && Object.keys(draft.entries).length === 0 && !recorded
  return {
    choose: (participantId) => (untouched ? adopt.run(participantId) : setAsking(participantId)),
    question: (
      <Question
        opened={asking !== null}
        onClose={() => setAsking(null)}
        title={text('change.title')}
        words={text(recorded ? 'change.adoptRecorded' : 'change.adoptGiven', {
          code: unbroken(draft.participant.code),
        })}
        action={{ ...adopt, run: () => asking !== null && adopt.run(asking) }}
        actionName={text(recorded ? 'worklist.new' : 'change.adopt')}
        testId="change-adopt"
      />
    ),
  }
}
