import type { EncounterSummary, Live, Take } from '../bedside/bedside.ts'
import { liveFromQuery } from '../bedside/live.ts'
import { openTake } from '../recording/take.ts'
import type { AssessmentRow, EncounterRow, LabelRow, OutboxRow, RecordingRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { encounterSync } from '../sync/outbox.ts'
import { openDraft } from './drafts.ts'
import { openLabels } from './labels.ts'

interface WorklistRows {
  readonly encounters: readonly EncounterRow[]
  readonly recordings: readonly RecordingRow[]
  readonly assessments: readonly AssessmentRow[]
  readonly labels: readonly LabelRow[]
  /** Only what the server does not have: of a complete encounter, nothing left means synced. */
  readonly unsent: readonly OutboxRow[]
}

/** Every encounter on the device, the newest first. */
export function createWorklist({ db }: Store, opener: Opener): Live<readonly EncounterSummary[]> {
  return liveFromQuery<WorklistRows, readonly EncounterSummary[]>({
    initial: [],
    query: async () => ({
      encounters: await db.encounters.toArray(),
      recordings: await db.recordings.toArray(),
      assessments: await db.assessments.toArray(),
      labels: await db.labels.toArray(),
      unsent: await db.outbox.where('state').notEqual('synced').toArray(),
    }),
    project: async ({ encounters, recordings, assessments, labels, unsent }) => {
      const recordingsOf = Map.groupBy(recordings, ({ encounterId }) => encounterId)
      const assessmentsOf = Map.groupBy(assessments, ({ recordingId }) => recordingId)
      const labelsOf = Map.groupBy(labels, ({ encounterId }) => encounterId)
      const unsentOf = Map.groupBy(unsent, ({ encounterId }) => encounterId)
      const summaries = await Promise.all(
        encounters.map(async (row): Promise<EncounterSummary> => {
          const { participant, startedAt } = await openDraft(opener, row)
          const takes = await Promise.all(
            (recordingsOf.get(row.id) ?? []).map((recording) =>
              openTake(opener, recording, assessmentsOf.get(recording.id) ?? []),
            ),
          )
          const [label] = await openLabels(opener, labelsOf.get(row.id) ?? [])
          const left = unsentOf.get(row.id) ?? []
          return {
            id: row.id,
            participantCode: participant.code,
            startedAt,
            state: row.state,
            sync: row.state === 'complete' && left.length === 0 ? 'synced' : encounterSync(left),
            decision: decisionOf(takes.filter((take) => take !== null)),
            label: label?.value ?? null,
          }
        }),
      )
      return summaries.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    },
  })
}

/** The most alarming of the takes that count: a triage aid must not let a second, quieter take hide the first. */
export function decisionOf(takes: readonly Pick<Take, 'state' | 'outcome'>[]): EncounterSummary['decision'] {
  const counting = takes.filter(({ state }) => state !== 'rejected')
  const decisions = new Set(
    counting.map(({ outcome }) => (outcome.status === 'scored' ? outcome.assessment.decision : outcome.status)),
  )
  return (['positive', 'uncertain', 'negative', 'refused'] as const).find((decision) => decisions.has(decision)) ?? null
}
