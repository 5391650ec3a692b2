import type { Assessment } from '@spira/shared/protocol/records.ts'
import type { Take } from '../bedside/bedside.ts'
import { ModelError } from '../models/modelError.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { type DataKey, sealJson } from '../store/envelope.ts'
import { writeMakingRoom } from '../store/makeRoom.ts'
import type { Opener } from '../store/opener.ts'
import { assessmentPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { asDelivered } from './audioSource.ts'
import type { RecordingDetails, TakeMeasures } from './recordingDetails.ts'
import { RecordingError } from './recordingError.ts'
import { isAssessedTask, takeOf } from './take.ts'
import type { TakeRun } from './takeRun.ts'

/** A model that has not answered by then does not answer; the audio is safe, and nobody waits at a bedside for longer. */
const LONGEST_SCORING_MS = 20_000
/** A score that takes longer is waited for with the measures on disk; most come sooner, and one transaction closes the take. */
const SOON_MS = 250

/**
 * Turns a run that has ended into a take: waits for its measures and its score, and closes the recording together with its assessment
 * in one transaction. What is returned is what is on disk.
 *
 * @throws CaptureCutError when the run was cut; RecordingError `recording-empty` when no sound came (the row is removed).
 */
export async function closeTake(store: Store, opener: Opener, recordingId: string, run: TakeRun): Promise<Take> {
  const measured = await run.measured
  if (measured.sampleCount === 0) {
    await removeRecording(store, recordingId)
    throw new RecordingError('recording-empty')
  }
  const begun = await detailsOf(store, opener, recordingId)
  const details = { ...begun, capture: asDelivered(begun.capture, run.ratesHz), measured }
  const scoring = assess(recordingId, details, measured, run)
  // A power cut while a slow model thinks costs the score, not the measures.
  if (!(await isSoon(scoring))) await writeDetails(store, recordingId, details, 'recording')
  const { assessment, failure } = await scoring
  const closed = { ...details, measured, failure }
  await writeDetails(store, recordingId, closed, 'taken', assessment)
  return takeOf(recordingId, 'taken', closed, assessment === null ? [] : [assessment])
}

function isSoon(work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), SOON_MS)
    const settle = (): void => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(settle, settle)
  })
}

interface Verdict {
  readonly assessment: Assessment | null
  readonly failure: string | null
}

async function assess(
  recordingId: string,
  { task }: RecordingDetails,
  { quality }: TakeMeasures,
  run: TakeRun,
): Promise<Verdict> {
  if (quality.verdict === 'unusable') return { assessment: null, failure: null }
  if (!isAssessedTask(task)) return { assessment: null, failure: 'task_not_assessed' }
  try {
    const { verdict } = quality
    const scored = run.assessor.then((assessor) => assessor.assess({ recordingId, verdict }))
    return { assessment: await within(LONGEST_SCORING_MS, scored), failure: null }
  } catch (error) {
    return { assessment: null, failure: error instanceof ModelError ? error.code : 'runtime_failed' }
  }
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ModelError('runtime_timeout')), limitMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

async function detailsOf({ db }: Store, opener: Opener, recordingId: string): Promise<RecordingDetails> {
  const row = await db.recordings.get(recordingId)
  if (row === undefined) throw new RecordingError('recording-unknown')
  return opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
}

async function writeDetails(
  { db, keys }: Store,
  recordingId: string,
  details: RecordingDetails,
  state: 'recording' | 'taken',
  assessment: Assessment | null = null,
): Promise<void> {
  const key = await keyOfRecording({ db, keys }, recordingId)
  const sealed = await sealJson(key, recordingPlace(recordingId), details)
  const assessmentRow =
    assessment === null
      ? null
      : {
          id: assessment.id,
          recordingId,
          madeAt: Date.parse(assessment.madeAt),
          sealed: await sealJson(key, assessmentPlace(assessment.id), assessment),
        }
  await writeMakingRoom(db, () =>
    db.transaction('rw', db.recordings, db.assessments, async () => {
      const row = await db.recordings.get(recordingId)
      if (row?.state !== 'recording') throw new RecordingError('recording-unknown')
      await db.recordings.put({ ...row, state, sealed })
      if (assessmentRow !== null) await db.assessments.add(assessmentRow)
    }),
  )
}

/** @throws RecordingError `recording-unknown` */
export async function keyOfRecording(store: Pick<Store, 'db' | 'keys'>, recordingId: string): Promise<DataKey> {
  const row = await store.db.recordings.get(recordingId)
  const key = row === undefined ? null : await keyOfEncounter(store, row.encounterId)
  if (key === null) throw new RecordingError('recording-unknown')
  return key
}

/** Removes a recording and all that hangs on it. */
export async function removeRecording({ db, copies }: Store, recordingId: string): Promise<void> {
  // First: a copy without its recording would be offered back at the next start.
  await copies?.remove(recordingId)
  await db.transaction('rw', db.recordings, db.chunks, db.assessments, async () => {
    await db.recordings.delete(recordingId)
    await db.chunks.where('recordingId').equals(recordingId).delete()
    await db.assessments.where('recordingId').equals(recordingId).delete()
  })
}
