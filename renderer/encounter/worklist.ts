import type { EncounterSummary, Live, Take } from '../bedside/bedside.ts'
import { liveFromQuery } from '../bedside/live.ts'
import { openTake } from '../recording/take.ts'
import { openIdentity } from '../participants/identities.ts'
import type {
  AssessmentRow,
  EncounterRow,
  IdentityRow,
  LabelRow,
  OutboxRow,
  RecordingRow,
  SpiraDatabase,
} from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { encounterSync } from '../sync/outbox.ts'
import { openDraft } from './drafts.ts'
import { openLabels } from './labels.ts'

export interface WorklistRows {
  readonly encounters: readonly EncounterRow[]
  readonly recordings: readonly RecordingRow[]
  readonly assessments: readonly AssessmentRow[]
  readonly labels: readonly LabelRow[]
  readonly identities: readonly IdentityRow[]
  /** Only what the server does not have: of a complete encounter, nothing left means synced. */
  readonly unsent: readonly OutboxRow[]
}

/** Everything that says how these encounters stand. */
export async function readRows(db: SpiraDatabase, encounters: readonly EncounterRow[]): Promise<WorklistRows> {
  const ids = encounters.map(({ id }) => id)
  const recordings = await db.recordings.where('encounterId').anyOf(ids).toArray()
  return {
    encounters,
    recordings,
    assessments: await db.assessments
      .where('recordingId')
      .anyOf(recordings.map(({ id }) => id))
      .toArray(),
    labels: await db.labels.where('encounterId').anyOf(ids).toArray(),
    identities: await db.identities.bulkGet(encounters.map(({ participantId }) => participantId)).then(present),
    unsent: await db.outbox.where('state').notEqual('synced').toArray(),
  }
}

const present = <T>(rows: readonly (T | undefined)[]): T[] => rows.filter((row) => row !== undefined)

/** Every encounter on the device, the newest first. */
export function createWorklist({ db }: Store, opener: Opener): Live<readonly EncounterSummary[]> {
  return liveFromQuery<WorklistRows, readonly EncounterSummary[]>({
    initial: [],
    query: async () => readRows(db, await db.encounters.toArray()),
    project: async (rows) => {
      const grouped = groupRows(rows)
      const all = await Promise.all(rows.encounters.map((row) => summaryOf(opener, grouped, row)))
      return all.map(({ summary }) => summary).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    },
  })
}

interface GroupedRows {
  readonly recordingsOf: ReadonlyMap<string, readonly RecordingRow[]>
  readonly assessmentsOf: ReadonlyMap<string, readonly AssessmentRow[]>
  readonly labelsOf: ReadonlyMap<string, readonly LabelRow[]>
  readonly unsentOf: ReadonlyMap<string, readonly OutboxRow[]>
  readonly identityOf: ReadonlyMap<string, IdentityRow>
}

export const groupRows = ({ recordings, assessments, labels, unsent, identities }: WorklistRows): GroupedRows => ({
  recordingsOf: Map.groupBy(recordings, ({ encounterId }) => encounterId),
  assessmentsOf: Map.groupBy(assessments, ({ recordingId }) => recordingId),
  labelsOf: Map.groupBy(labels, ({ encounterId }) => encounterId),
  unsentOf: Map.groupBy(unsent, ({ encounterId }) => encounterId),
  identityOf: new Map(identities.map((row) => [row.participantId, row])),
})

/** How one encounter stands, and the takes that say so. */
export async function summaryOf(
  opener: Opener,
  { recordingsOf, assessmentsOf, labelsOf, unsentOf, identityOf }: GroupedRows,
  row: EncounterRow,
): Promise<{ readonly summary: EncounterSummary; readonly takes: readonly Take[] }> {
  const { participant, startedAt, step } = await openDraft(opener, row)
  const opened = await Promise.all(
    (recordingsOf.get(row.id) ?? []).map((recording) =>
      openTake(opener, recording, assessmentsOf.get(recording.id) ?? []),
    ),
  )
  const takes = opened.filter((take) => take !== null)
  const [label] = await openLabels(opener, labelsOf.get(row.id) ?? [])
  const left = unsentOf.get(row.id) ?? []
  const identity = await openIdentity(opener, identityOf.get(row.participantId))
  const summary: EncounterSummary = {
    id: row.id,
    participantId: row.participantId,
    participantCode: participant.code,
    initials: identity?.initials ?? '',
    step,
    startedAt,
    state: row.state,
    sync: row.state === 'complete' && left.length === 0 ? 'synced' : encounterSync(left),
    decision: decisionOf(takes),
    label: label?.value ?? null,
  }
  return { summary, takes }
}

/** The most alarming of the takes that count: a triage aid must not let a second, quieter take hide the first. */
export function decisionOf(takes: readonly Pick<Take, 'state' | 'outcome'>[]): EncounterSummary['decision'] {
  const counting = takes.filter(({ state }) => state !== 'rejected')
  const decisions = new Set(
    counting
      .filter(({ outcome }) => !(outcome.status === 'failed' && outcome.reason === 'task_not_assessed'))
      .map(({ outcome }) => (outcome.status === 'scored' ? outcome.assessment.decision : outcome.status)),
  )
  return (
    (['positive', 'uncertain', 'negative', 'failed', 'refused'] as const).find((decision) => decisions.has(decision)) ??
    null
  )
}
