import type { Assessment, Task } from '@spira/shared/protocol/records.ts'
import type { Expectation } from '@spira/shared/signal/quality.ts'
import type { AssessmentOutcome, Take } from '../bedside/bedside.ts'
import type { AssessmentRow, RecordingRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import { assessmentPlace, recordingPlace } from '../store/places.ts'
import type { RecordingDetails, TakeMeasures } from './recordingDetails.ts'

/** Tasks in which the patient speaks. Ward noise and the spoken consent are kept, never scored. */
const ASSESSED_TASKS: ReadonlySet<Task> = new Set<Task>([
  'sustained-vowel',
  'read-sentence',
  'nursery-rhyme',
  'free-speech',
])

/** What each task wants to hear; see shared/signal/quality.ts. */
export function expectationOf(task: Task): Expectation {
  if (task === 'ambient-noise') return 'room'
  return task === 'sustained-vowel' ? 'vowel' : 'speech'
}

/** A take that is refused a score and of which nobody has said why it is kept. */
export const isUnexplained = ({ verdict, keptBecause }: Take['quality']): boolean =>
  verdict === 'unusable' && keptBecause === undefined

export const isAssessedTask = (task: Task): boolean => ASSESSED_TASKS.has(task)

/** A take out of its rows; null while it is still being recorded or waits to be recovered. */
export async function openTake(
  opener: Opener,
  row: RecordingRow,
  assessments: readonly AssessmentRow[],
): Promise<Take | null> {
  if (row.state === 'recording') return null
  const details = await opener.open<RecordingDetails>(recordingPlace(row.id), row.sealed)
  if (details.measured === null) return null
  const newestFirst = assessments.toSorted((a, b) => b.madeAt - a.madeAt || (a.id < b.id ? 1 : -1))
  const opened = newestFirst.map(({ id, sealed }) => opener.open<Assessment>(assessmentPlace(id), sealed))
  const take = takeOf(row.id, row.state, { ...details, measured: details.measured }, await Promise.all(opened))
  return row.audio === undefined ? take : { ...take, audio: row.audio }
}

/** @param assessments the newest first. */
export function takeOf(
  recordingId: string,
  state: Take['state'],
  { task, startedAt, capture, measured, failure }: RecordingDetails & { readonly measured: TakeMeasures },
  [newest, ...earlier]: readonly Assessment[],
): Take {
  return {
    recordingId,
    task,
    startedAt,
    durationMs: measured.quality.durationMs,
    quality: measured.quality,
    capture,
    state,
    audio: 'here',
    outcome: outcomeOf(measured, newest ?? null, failure),
    earlier,
  }
}

/** Bad audio is refused before anything else is looked at: no score can stand beside it (promise 3). */
export function outcomeOf(
  { quality }: TakeMeasures,
  assessment: Assessment | null,
  failure: string | null,
): AssessmentOutcome {
  const { findings, verdict } = quality
  if (verdict === 'unusable') return { status: 'refused', findings }
  if (assessment !== null) return { status: 'scored', assessment, findings }
  return { status: 'failed', reason: failure ?? 'not_assessed' }
}
