import type { Assessment } from '@spira/shared/protocol/records.ts'
import type { Inference } from '../assessment/inference.ts'
import { sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { assessmentPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import type { RecordingRow } from '../store/database.ts'
import { prepareOutbox } from '../sync/outbox.ts'
import type { CaptureProcess } from './captureProcess.ts'
import { keyOfRecording } from './closeTake.ts'
import type { RecordingDetails } from './recordingDetails.ts'
import { expectationOf, isAssessedTask } from './take.ts'
import { followTake } from './takeRun.ts'

export interface ReadAgainParts {
  readonly store: Store
  readonly opener: Opener
  readonly activeInference: () => Promise<Inference>
  readonly openCapture: () => CaptureProcess
  readonly wakeSync: () => void
}

/**
 * A later model reads what an earlier one has read. Takes that were refused a score, redone, or are not assessed stay as they are. The
 * reading and, of a complete encounter, its event enter the device's store in one transaction.
 *
 * @returns how many readings were added.
 */
export async function readAgain(parts: ReadAgainParts, encounterId: string): Promise<number> {
  const { store, opener, activeInference, wakeSync } = parts
  const { db } = store
  const inference = await activeInference()
  const rows = await db.recordings.where('encounterId').equals(encounterId).sortBy('startedAt')
  const participantId = (await db.encounters.get(encounterId))?.participantId ?? null
  let added = 0
  for (const row of rows) {
    const reading = await readOne(parts, inference, row)
    if (reading === null) continue
    const key = await keyOfRecording(store, row.id)
    const sealed = await sealJson(key, assessmentPlace(reading.id), reading)
    const outbox =
      row.state === 'kept'
        ? await prepareOutbox(store, [
            { kind: 'event', encounterId, participantId, type: 'assessment.made', payload: reading },
          ])
        : []
    await db.transaction('rw', db.recordings, db.assessments, db.outbox, async () => {
      if ((await db.recordings.get(row.id))?.state !== row.state) return
      await db.assessments.add({ id: reading.id, recordingId: row.id, madeAt: Date.parse(reading.madeAt), sealed })
      await db.outbox.bulkAdd([...outbox])
      added += 1
    })
  }
  if (added > 0) wakeSync()
  return added

  /** Null when there is nothing to read, or this model has read it. */
  async function readOne(
    { openCapture }: ReadAgainParts,
    model: Inference,
    { id, state, sealed, audio }: RecordingRow,
  ): Promise<Assessment | null> {
    if ((state !== 'taken' && state !== 'kept') || audio === 'at-server') return null
    const { task, measured } = await opener.open<RecordingDetails>(recordingPlace(id), sealed)
    const verdict = measured?.quality.verdict
    if (!isAssessedTask(task) || verdict === undefined || verdict === 'unusable') return null
    const made = await db.assessments.where('recordingId').equals(id).toArray()
    const before = await Promise.all(made.map((each) => opener.open<Assessment>(assessmentPlace(each.id), each.sealed)))
    if (before.some(({ model: { sha256 } }) => sha256 === model.manifest.onnx.sha256)) return null
    const capture = openCapture()
    try {
      const run = followTake(capture, Promise.resolve(model))
      capture.post({
        type: 'replay',
        recordingId: id,
        keys: [await keyOfRecording(store, id), store.keys.device],
        interrupted: false,
        processedByBrowser: false,
        expectations: { expects: expectationOf(task), shortestMs: null, roomDbfs: null },
      })
      // Its measures are nobody's: only the windows are wanted.
      capture.post({ type: 'speech', speechMs: null })
      const assessor = await run.assessor
      // The verdict of the day stands: the sound has not changed.
      return await assessor.assess({ recordingId: id, verdict })
    } finally {
      capture.close()
    }
  }
}
