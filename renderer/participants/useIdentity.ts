import type { IdentifierRule } from '@spira/shared/protocol/clinicalProtocol.ts'
import { readRecordNumber, type RecordNumberReading } from '@spira/shared/protocol/recordNumber.ts'
import { useCallback, useState } from 'react'
import { useBedside } from '../app/BedsideContext.tsx'
import { useGathered } from '../app/useGathered.ts'
import type { EncounterDetail, KnownParticipant, LocalIdentity } from '../bedside/bedside.ts'
import { rememberedIdentifierRule } from '../encounter/remembered.ts'

export interface IdentityForm {
  readonly initials: string
  readonly typeInitials: (typed: string) => void
  readonly rule: IdentifierRule | null
  readonly chooseRule: (id: string) => void
  readonly recordNumber: string
  readonly typeRecordNumber: (typed: string) => void
  readonly reading: RecordNumberReading
  /** Another participant of this device who has the record number: to be chosen, never doubled. */
  readonly known: KnownParticipant | null
  /** Resolves when what was typed so far was looked up and kept. */
  readonly idle: () => Promise<void>
  readonly error: unknown
}

const later = (_earlier: LocalIdentity, newer: LocalIdentity): LocalIdentity => newer

/** Initials and record number of the draft's participant, looked up and kept on this device as they are typed. */
export function useIdentity({ draft, protocol, identity }: EncounterDetail): IdentityForm {
  const { encounters, participants } = useBedside()
  const rules = protocol.identifierRules
  const [initials, setInitials] = useState(identity?.initials ?? '')
  const [recordNumber, setRecordNumber] = useState(identity?.recordNumber ?? '')
  const [ruleId, setRuleId] = useState(rememberedIdentifierRule.get)
  const [known, setKnown] = useState<KnownParticipant | null>(null)
  const rule = rules.find(({ id }) => id === ruleId) ?? rules[0] ?? null
  const { id: encounterId } = draft
  const participantId = draft.participant.id

  const { save, idle, error } = useGathered(
    useCallback(
      async (typed: LocalIdentity) => {
        const found = typed.recordNumber === '' ? null : await participants.find(typed.recordNumber)
        const other = found === null || found.participant.id === participantId ? null : found
        setKnown(other)
        await encounters.identify(encounterId, other === null ? typed : { ...typed, recordNumber: '' })
      },
      [encounters, participants, encounterId, participantId],
    ),
    later,
  )

  const keep = (typedInitials: string, typedNumber: string, by: IdentifierRule | null) => {
    const reading = readBy(by, typedNumber)
    save({
      initials: typedInitials.trim().toUpperCase(),
      recordNumber: reading.status === 'ok' ? reading.bare : '',
    })
  }

  return {
    initials,
    typeInitials: (typed) => {
      setInitials(typed)
      keep(typed, recordNumber, rule)
    },
    rule,
    chooseRule: (id) => {
      rememberedIdentifierRule.set(id)
      setRuleId(id)
      keep(initials, recordNumber, rules.find((candidate) => candidate.id === id) ?? null)
    },
    recordNumber,
    typeRecordNumber: (typed) => {
      setRecordNumber(typed)
      keep(initials, typed, rule)
    },
    reading: readBy(rule, recordNumber),
    known,
    idle,
    error,
  }
}

const readBy = (rule: IdentifierRule | null, typed: string): RecordNumberReading =>
  rule === null ? { status: 'empty' } : readRecordNumber(rule, typed)
