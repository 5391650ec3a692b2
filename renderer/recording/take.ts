import type { Assessment, Task } from '@spira/shared/protocol/records.ts'
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
  const newest = assessments.reduce<AssessmentRow | null>(
    (best, next) => (best !== null && best.madeAt >= next.madeAt ? best : next),
    null,
  )
  const assessment = newest === null ? null : await opener.open<Assessment>(assessmentPlace(newest.id), newest.sealed)
  return {
    recordingId: row.id,
    task: details.task,
    startedAt: details.startedAt,
    durationMs: details.measured.quality.durationMs,
    quality: details.measured.quality,
    state: row.state,
    outcome: outcomeOf(details.measured, assessment, details.failure),
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
