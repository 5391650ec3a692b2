import { useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import type { KnownParticipant, Traits } from '../bedside/bedside.ts'

const NOBODY: readonly KnownParticipant[] = []

/** Who of this device may be the person described, as it is being typed. A failure offers nobody. */
export function useAlike({ participantId, initials, sex, ageYears }: Traits): readonly KnownParticipant[] {
  const { participants } = useBedside()
  const [found, setFound] = useState(NOBODY)
  useEffect(() => {
    let outdated = false
    participants.alike({ participantId, initials, sex, ageYears }).then(
      (known) => !outdated && setFound(known),
      () => !outdated && setFound(NOBODY),
    )
    return () => {
      outdated = true
    }
  }, [participants, participantId, initials, sex, ageYears])
  return found
}
