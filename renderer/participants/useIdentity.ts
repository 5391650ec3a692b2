import type { IdentifierRule } from '@spira/shared/protocol/clinicalProtocol.ts'
import { bareRecordNumber, type RecordNumberReading, ruleFor } from '@spira/shared/protocol/recordNumber.ts'
import { useCallback, useEffect, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { useGathered } from '../app/useGathered.ts'
import type { EncounterDetail, KnownParticipant, TypedIdentity } from '../bedside/bedside.ts'
import { rememberedIdentifierRule } from '../encounter/remembered.ts'
import { readTyped } from './identify.ts'
import { replaced } from './samePerson.ts'

export interface IdentityForm {
  readonly initials: string
  /** All of it, as it is kept with the draft. */
  readonly typed: TypedIdentity
  readonly typeInitials: (typed: string) => void
  readonly rule: IdentifierRule | null
  readonly chooseRule: (id: string) => void
  readonly recordNumber: string
  readonly typeRecordNumber: (typed: string) => void
  readonly reading: RecordNumberReading
  /** A number that asks is right as it is. */
  readonly settleNumber: (bare: string) => void
  /** Another participant of this device who has the record number: to be chosen, never doubled. */
  readonly known: KnownParticipant | null
  /** Whom somebody established would become, not yet said to be the same person; null otherwise. */
  readonly replacing: string | null
  /** Resolves when what was typed so far was looked up and kept. */
  readonly idle: () => Promise<void>
  readonly error: unknown
}

const later = (_earlier: TypedIdentity, newer: TypedIdentity): TypedIdentity => newer

/** Initials and record number of the draft's participant, looked up and kept on this device as they are typed. */
export function useIdentity({ draft, protocol, identity, established }: EncounterDetail): IdentityForm {
  const { encounters, participants } = useBedside()
  const rules = protocol.identifierRules
  const [initials, setInitials] = useState(draft.typed.initials ?? identity?.initials ?? '')
  const [recordNumber, setRecordNumber] = useState(draft.typed.recordNumber ?? identity?.recordNumber ?? '')
  const [ruleId, setRuleId] = useState(draft.typed.ruleId)
  const [settledNumber, setSettledNumber] = useState(draft.typed.settledNumber)
  const [known, setKnown] = useState<KnownParticipant | null>(null)
  const [remembered] = useState(rememberedIdentifierRule.get)
  // The number kept when this step was opened says by which rule it is read, whatever is typed over it.
  const [kept] = useState(identity)
  const rule = ruleFor(rules, { chosen: ruleId, kept, remembered })
  const typed = { recordNumber, ...(rule !== null && { ruleId: rule.id }), settledNumber }
  const reading = readTyped(protocol, typed, kept)
  const { id: encounterId } = draft
  const participantId = draft.participant.id

  const { save, idle, error } = useGathered(
    useCallback(
      async (now: TypedIdentity) => {
        await encounters.identify(encounterId, now)
        const found = await participants.find(bareRecordNumber(now.recordNumber ?? ''))
        setKnown(found === null || found.participant.id === participantId ? null : found)
      },
      [encounters, participants, encounterId, participantId],
    ),
    later,
  )
  // What was typed before a reload is looked up again: somebody may have that number.
  const [before] = useState(draft.typed)
  useEffect(() => {
    if (before.recordNumber !== undefined) save({ ...before, initials: before.initials ?? kept?.initials ?? '' })
  }, [save, kept, before])

  const become = replaced(identity, { initials: bareInitials(initials), number: reading })
  const keep = (change: Partial<TypedIdentity>) => save({ initials: bareInitials(initials), ...typed, ...change })
  return {
    initials,
    typed: { ...typed, initials: bareInitials(initials) },
    typeInitials: (now) => {
      setInitials(now)
      keep({ initials: bareInitials(now) })
    },
    rule,
    chooseRule: (id) => {
      rememberedIdentifierRule.set(id)
      setRuleId(id)
      keep({ ruleId: id })
    },
    recordNumber,
    typeRecordNumber: (now) => {
      setRecordNumber(now)
      keep({ recordNumber: now })
    },
    reading,
    settleNumber: (bare) => {
      setSettledNumber(bare)
      keep({ settledNumber: bare })
    },
    known,
    replacing: established && become !== draft.typed.samePerson ? become : null,
    idle,
    error,
  }
}

/** Of a person there are four at most, in capitals. */
export const bareInitials = (typed: string): string => typed.trim().toUpperCase()
