import type { EncounterDetail, Live } from '../bedside/bedside.ts'
import { liveFromQuery } from '../bedside/live.ts'
import { openTake } from '../recording/take.ts'
import { openIdentity } from '../participants/identities.ts'
import { isEstablished } from '../participants/samePerson.ts'
import { protocolOf } from '../protocol/protocols.ts'
import type {
  AssessmentRow,
  EncounterRow,
  IdentityRow,
  LabelRow,
  OutboxRow,
  ProtocolRow,
  RecordingRow,
  TypedLabelRow,
} from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { encounterSync } from '../sync/outbox.ts'
import { openDraft } from './drafts.ts'
import { openLabels, openTypedLabel } from './labels.ts'

interface DetailRows {
  readonly encounter: EncounterRow | undefined
  readonly recordings: readonly RecordingRow[]
  readonly assessments: readonly AssessmentRow[]
  readonly labels: readonly LabelRow[]
  readonly typedLabel: TypedLabelRow | undefined
  readonly outbox: readonly OutboxRow[]
  readonly identity: IdentityRow | undefined
  /** Of the participant, this one included. */
  readonly encounters: number
  readonly protocols: readonly ProtocolRow[]
}

/** One encounter with everything of it; null until it is read, and when there is none. */
export function createEncounterDetail(
  { db }: Store,
  opener: Opener,
  encounterId: string,
): Live<EncounterDetail | null> {
  return liveFromQuery<DetailRows, EncounterDetail | null>({
    initial: null,
    query: async () => {
      const recordings = await db.recordings.where('encounterId').equals(encounterId).sortBy('startedAt')
      const encounter = await db.encounters.get(encounterId)
      return {
        encounter,
        identity: encounter === undefined ? undefined : await db.identities.get(encounter.participantId),
        encounters:
          encounter === undefined
            ? 0
            : await db.encounters.where('participantId').equals(encounter.participantId).count(),
        protocols: await db.protocols.toArray(),
        recordings,
        assessments: await db.assessments
          .where('recordingId')
          .anyOf(recordings.map(({ id }) => id))
          .toArray(),
        labels: await db.labels.where('encounterId').equals(encounterId).toArray(),
        typedLabel: await db.typedLabels.get(encounterId),
        outbox: await db.outbox.where('encounterId').equals(encounterId).toArray(),
      }
    },
    project: async ({
      encounter,
      recordings,
      assessments,
      labels,
      typedLabel,
      outbox,
      identity,
      encounters,
      protocols,
    }) => {
      if (encounter === undefined) return null
      const assessmentsOf = Map.groupBy(assessments, ({ recordingId }) => recordingId)
      const takes = await Promise.all(recordings.map((row) => openTake(opener, row, assessmentsOf.get(row.id) ?? [])))
      const draft = await openDraft(opener, encounter)
      return {
        draft,
        protocol: protocolOf(protocols, draft.protocolVersion),
        identity: await openIdentity(opener, identity),
        established: isEstablished(draft, { encounters, takes: recordings.length }),
        state: encounter.state,
        takes: takes.filter((take) => take !== null),
        labels: await openLabels(opener, labels),
        typedLabel: await openTypedLabel(opener, typedLabel),
        sync: encounterSync(outbox),
      }
    },
  })
}
