import { newId } from '@spira/shared/protocol/ids.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import type { Inference } from '../assessment/inference.ts'
import type { ActiveRecording, EncounterDraft, RecorderService, Take } from '../bedside/bedside.ts'
import { createLive, liveFromQuery } from '../bedside/live.ts'
import { ShellRefusal } from '../shell/shellBridge.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { type DataKey, sealJson } from '../store/envelope.ts'
import { isQuotaExceeded } from '../store/isQuotaExceeded.ts'
import type { Opener } from '../store/opener.ts'
import { encounterPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { startActiveRecording } from './activeRecording.ts'
import { type AudioSource, isProcessedByBrowser, openMicrophone } from './audioSource.ts'
import { type CaptureProcess, openCaptureWorker } from './captureProcess.ts'
import { closeTake, keyOfRecording, removeRecording } from './closeTake.ts'
import { journalSampleCount, readJournal } from './journal.ts'
import { MicrophoneError } from './microphoneError.ts'
import type { RecordingDetails } from './recordingDetails.ts'
import { RecordingError } from './recordingError.ts'
import { isRecordingLocked, takeRecordingLock } from './recordingLock.ts'
import { requireStorageRoom } from './storageRoom.ts'
import { isAssessedTask } from './take.ts'
import { RECORDING_RATE_HZ } from './takePipeline.ts'
import { CaptureCutError, followTake } from './takeRun.ts'

export interface RecorderOptions {
  readonly store: Store
  readonly opener: Opener
  /** The model in use, loaded. Rejects when there is none or it does not load. */
  readonly activeInference: () => Promise<Inference>
  readonly openSource?: (microphoneId?: string) => Promise<AudioSource>
  readonly openCapture?: () => CaptureProcess
}

export function createRecorderService({
  store,
  opener,
  activeInference,
  openSource = openMicrophone,
  openCapture = openCaptureWorker,
}: RecorderOptions): RecorderService {
  const { db, keys } = store
  let busy = false
  /** Bumped when a lock is let go: the database does not know of locks. */
  const released = createLive(0)

  const interrupted = liveFromQuery({
    initial: [],
    query: () => db.recordings.where('state').equals('recording').sortBy('startedAt'),
    also: released,
    project: async (rows) => {
      const isLocked = await isRecordingLocked()
      return Promise.all(
        rows
          .filter(({ id }) => !isLocked(id))
          .map(async ({ id, encounterId, sealed }) => {
            const { task, startedAt } = await opener.open<RecordingDetails>(recordingPlace(id), sealed)
            const durationMs = ((await journalSampleCount(db, id)) / RECORDING_RATE_HZ) * 1000
            return {
              recordingId: id,
              encounterId,
              participantCode: await participantCodeOf(encounterId),
              task,
              startedAt,
              durationMs,
            }
          }),
      )
    },
  })

  async function participantCodeOf(encounterId: string): Promise<string> {
    const row = await db.encounters.get(encounterId)
    if (row === undefined) throw new RecordingError('recording-unknown')
    return (await opener.open<EncounterDraft>(encounterPlace(encounterId), row.sealed)).participant.code
  }

  async function lock(recordingId: string): Promise<() => void> {
    const release = await takeRecordingLock(recordingId)
    if (release === null) throw new RecordingError('recording-in-progress')
    return () => {
      release()
      // The browser hands locks back a moment later.
      setTimeout(() => released.set(released.get() + 1), 0)
    }
  }

  /** @returns the key that everything of this recording is sealed with. */
  async function addRecording(id: string, encounterId: string, details: RecordingDetails): Promise<DataKey> {
    const key = await keyOfEncounter(store, encounterId)
    if (key === null) throw new RecordingError('recording-unknown')
    const sealed = await sealJson(key, recordingPlace(id), details)
    await db.transaction('rw', db.encounters, db.recordings, async () => {
      if ((await db.encounters.get(encounterId))?.state !== 'draft') throw new RecordingError('recording-unknown')
      await db.recordings.add({ id, encounterId, state: 'recording', startedAt: Date.parse(details.startedAt), sealed })
    })
    return key
  }

  /** Without its copy a recording is not begun: its row would be an interrupted recording without a sound. */
  async function beginCopy(recordingId: string): Promise<void> {
    try {
      await store.copies?.begin(recordingId)
    } catch (error) {
      await removeRecording(store, recordingId)
      if (error instanceof ShellRefusal && error.code === 'storage-full')
        throw new MicrophoneError('storage-full', { cause: error })
      throw error
    }
  }

  /** Measures and scores what is on disk of a recording that nobody is recording. The caller holds its lock. */
  async function replay(recordingId: string): Promise<Take> {
    const row = await db.recordings.get(recordingId)
    if (row?.state !== 'recording') throw new RecordingError('recording-unknown')
    const { task, capture, measured } = await opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
    const process = openCapture()
    try {
      const run = followTake(process, isAssessedTask(task) ? activeInference() : null)
      process.post({
        type: 'replay',
        recordingId,
        keys: [await keyOfRecording(store, recordingId), keys.device],
        // Measured, it was whole: only its score was lost.
        interrupted: measured === null || measured.quality.findings.some(({ code }) => code === 'interrupted'),
        processedByBrowser: isProcessedByBrowser(capture),
      })
      return await closeTake(store, opener, recordingId, run)
    } catch (error) {
      if (error instanceof CaptureCutError) throw new RecordingError('capture-failed', { cause: error })
      throw error
    } finally {
      process.close()
    }
  }

  return {
    interrupted,

    async microphones() {
      if (!('mediaDevices' in navigator)) return []
      const devices = await navigator.mediaDevices.enumerateDevices()
      // Before the permission is given there is one without id or name: it stands for all of them and cannot be asked for.
      return devices
        .filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '')
        .map(({ deviceId, label }) => ({ deviceId, label }))
    },

    async start({ encounterId, task, microphoneId }): Promise<ActiveRecording> {
      if (busy) throw new RecordingError('recording-in-progress')
      busy = true
      const undo: (() => void)[] = [() => void (busy = false)]
      const undoAll = (): void => {
        for (const step of undo.splice(0).toReversed()) step()
      }
      try {
        await requireStorageRoom()
        const inference = isAssessedTask(task) ? activeInference() : null
        inference?.catch(() => undefined)
        const source = await openSource(microphoneId)
        undo.push(() => source.close())
        const recordingId = newId()
        undo.push(await lock(recordingId))
        const startedAt = new Date().toISOString()
        const key = await addRecording(recordingId, encounterId, {
          task,
          startedAt,
          capture: source.capture,
          measured: null,
          failure: null,
        })
        await beginCopy(recordingId)
        const capture = openCapture()
        undo.push(() => capture.close())
        return startActiveRecording({
          recordingId,
          key,
          source,
          capture,
          copy: store.copies?.openPort() ?? null,
          inference,
          close: (run) => closeTake(store, opener, recordingId, run),
          replay: () => replay(recordingId),
          remove: () => removeRecording(store, recordingId),
          released: undoAll,
        })
      } catch (error) {
        undoAll()
        throw isQuotaExceeded(error) ? new MicrophoneError('storage-full', { cause: error }) : error
      }
    },

    async recover(recordingId) {
      const release = await lock(recordingId)
      try {
        return await replay(recordingId)
      } finally {
        release()
      }
    },

    async discardInterrupted(recordingId) {
      const release = await lock(recordingId)
      try {
        if ((await db.recordings.get(recordingId))?.state !== 'recording') throw new RecordingError('recording-unknown')
        await removeRecording(store, recordingId)
      } finally {
        release()
      }
    },

    async reject(recordingId) {
      await db.transaction('rw', db.recordings, async () => {
        const changed = await db.recordings.where({ id: recordingId, state: 'taken' }).modify({ state: 'rejected' })
        if (changed === 0) throw new RecordingError('recording-unknown')
      })
    },

    async audio(recordingId) {
      const row = await db.recordings.get(recordingId)
      if (row === undefined) throw new RecordingError('recording-unknown')
      const { measured } = await opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
      const pcm = await readJournal(db, keys, recordingId)
      if (measured !== null && pcm.length !== measured.sampleCount) throw new RecordingError('recording-damaged')
      return new Blob([encodeWav(pcm, RECORDING_RATE_HZ)], { type: 'audio/wav' })
    },
  }
}
