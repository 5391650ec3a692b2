import type { Task } from '@spira/shared/protocol/records.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { encodeWav, pcm16ToFloat } from '@spira/shared/signal/wav.ts'
import type { Inference } from '../assessment/inference.ts'
import type { ActiveRecording, EncounterDraft, RecorderService, Take } from '../bedside/bedside.ts'
import { createLive, liveFromQuery } from '../bedside/live.ts'
import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'
import type { SpeechListener } from '../models/speechListener.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { type DataKey, sealJson } from '../store/envelope.ts'
import { isQuotaExceeded } from '../store/isQuotaExceeded.ts'
import { writeMakingRoom } from '../store/makeRoom.ts'
import type { Opener } from '../store/opener.ts'
import { encounterPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { startActiveRecording } from './activeRecording.ts'
import { type AudioSource, isProcessedByBrowser, openMicrophone } from './audioSource.ts'
import { type CaptureProcess, openCaptureWorker } from './captureProcess.ts'
import { createAutoStop, type TakeTimes } from './autoStop.ts'
import type { TakeExpectations } from './captureProtocol.ts'
import { protocolOf } from '../protocol/protocols.ts'
import { closeTake, keyOfRecording, removeRecording } from './closeTake.ts'
import { journalSampleCount, readJournal } from './journal.ts'
import { MicrophoneError } from './microphoneError.ts'
import type { RecordingDetails } from './recordingDetails.ts'
import { RecordingError } from './recordingError.ts'
import { analyseTake } from '../assessment/takeAnalysis.ts'
import { readAgain } from './readAgain.ts'
import { startMicrophoneTest } from './microphoneTest.ts'
import { isRecordingLocked, takeRecordingLock } from './recordingLock.ts'
import { listenToTake } from './takeSpeech.ts'
import { requireStorageRoom } from './storageRoom.ts'
import { expectationOf, isAssessedTask } from './take.ts'
import { RECORDING_RATE_HZ } from './takePipeline.ts'
import { CaptureCutError, followTake } from './takeRun.ts'

export interface RecorderOptions {
  readonly store: Store
  readonly opener: Opener
  /** The model in use, loaded. Rejects when there is none or it does not load. */
  readonly activeInference: () => Promise<Inference>
  readonly openSource?: (microphoneId?: string) => Promise<AudioSource>
  readonly openCapture?: () => CaptureProcess
  /** The speech detector; without one the level alone tells speech from silence. */
  readonly speech?: () => SpeechListener
  readonly analyse?: typeof analyseTake
  /** There is something new in the outbox. */
  readonly wakeSync?: () => void
}

export function createRecorderService({
  store,
  opener,
  activeInference,
  openSource = openMicrophone,
  openCapture = openCaptureWorker,
  speech,
  analyse = analyseTake,
  wakeSync = () => undefined,
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
    await writeMakingRoom(db, () =>
      db.transaction('rw', db.encounters, db.recordings, async () => {
        if ((await db.encounters.get(encounterId))?.state !== 'draft') throw new RecordingError('recording-unknown')
        const startedAt = Date.parse(details.startedAt)
        await db.recordings.add({ id, encounterId, state: 'recording', startedAt, sealed })
      }),
    )
    return key
  }

  /** Level of the encounter's latest recording of the room; null before there is one. */
  async function roomDbfsOf(encounterId: string): Promise<number | null> {
    const rows = await db.recordings.where('encounterId').equals(encounterId).sortBy('startedAt')
    let level: number | null = null
    for (const { id, state, sealed } of rows) {
      if (state !== 'taken' && state !== 'kept') continue
      const { task, measured } = await opener.open<RecordingDetails>(recordingPlace(id), sealed)
      if (task === 'ambient-noise' && measured !== null && measured.quality.verdict !== 'unusable')
        level = measured.quality.rmsDbfs
    }
    return level
  }

  const expectationsOf = async (encounterId: string, task: Task, times?: TakeTimes): Promise<TakeExpectations> => ({
    expects: expectationOf(task),
    shortestMs: times === undefined ? null : times.minSeconds * 1000,
    roomDbfs: task === 'ambient-noise' ? null : await roomDbfsOf(encounterId),
  })

  /** The task's times under the encounter's own protocol; undefined where that has no such task. */
  async function timesOf(encounterId: string, task: Task): Promise<TakeTimes | undefined> {
    const row = await db.encounters.get(encounterId)
    if (row === undefined) throw new RecordingError('recording-unknown')
    const { protocolVersion } = await opener.open<EncounterDraft>(encounterPlace(encounterId), row.sealed)
    return protocolOf(await db.protocols.toArray(), protocolVersion).tasks.find((each) => each.task === task)
  }

  /** Of what is on disk; null where the detector does not run, or the journal cannot be read (its reader says so). */
  async function speechMsOf(recordingId: string): Promise<number | null> {
    if (speech === undefined) return null
    try {
      const samples = pcm16ToFloat(await readJournal(db, keys, recordingId))
      const listener = speech()
      await listener.begin()
      return (await listener.hear(samples)).speechMs
    } catch {
      return null
    }
  }

  /** Measures and scores what is on disk of a recording that nobody is recording. The caller holds its lock. */
  async function replay(recordingId: string): Promise<Take> {
    const row = await db.recordings.get(recordingId)
    if (row?.state !== 'recording') throw new RecordingError('recording-unknown')
    const { task, capture, measured } = await opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
    const expectations = await expectationsOf(row.encounterId, task, await timesOf(row.encounterId, task))
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
        expectations,
      })
      process.post({
        type: 'speech',
        speechMs: expectations.expects === 'vowel' ? null : await speechMsOf(recordingId),
      })
      return await closeTake(store, opener, recordingId, run)
    } catch (error) {
      if (error instanceof CaptureCutError) throw new RecordingError('capture-failed', { cause: error })
      throw error
    } finally {
      process.close()
    }
  }

  /** @throws RecordingError `recording-damaged` when the journal is not whole, `audio-at-server` when it was removed to make room. */
  async function pcmOf(recordingId: string): Promise<Int16Array<ArrayBuffer>> {
    const row = await db.recordings.get(recordingId)
    if (row === undefined) throw new RecordingError('recording-unknown')
    if (row.audio === 'at-server') throw new RecordingError('audio-at-server')
    const { measured } = await opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
    const pcm = await readJournal(db, keys, recordingId)
    if (measured !== null && pcm.length !== measured.sampleCount) throw new RecordingError('recording-damaged')
    return pcm
  }

  /** Of a whole take; null where the detector does not run. */
  async function speechIn(samples: Float32Array): Promise<SpeechSegments | null> {
    if (speech === undefined) return null
    const listener = speech()
    try {
      await listener.begin()
      await listener.hear(samples)
      return await listener.segments()
    } catch {
      return null
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

    async start({ encounterId, task, microphoneId, times }): Promise<ActiveRecording> {
      if (busy) throw new RecordingError('recording-in-progress')
      busy = true
      const undo: (() => void)[] = [() => void (busy = false)]
      const undoAll = (): void => {
        for (const step of undo.splice(0).toReversed()) step()
      }
      try {
        await requireStorageRoom(db)
        const inference = isAssessedTask(task) ? activeInference() : null
        inference?.catch(() => undefined)
        const expectations = await expectationsOf(encounterId, task, times)
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
        await store.copies?.begin(recordingId)
        const capture = openCapture()
        undo.push(() => capture.close())
        return startActiveRecording({
          recordingId,
          key,
          source,
          capture,
          copy: store.copies?.openPort() ?? null,
          inference,
          expectations,
          speech: speech !== undefined && expectations.expects !== 'vowel' ? listenToTake(speech()) : null,
          autoStop: times === undefined ? null : createAutoStop(times, expectations.expects, expectations.roomDbfs),
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

    async testMicrophone(microphoneId) {
      if (busy) throw new RecordingError('recording-in-progress')
      busy = true
      return startMicrophoneTest({
        openSource: () => openSource(microphoneId),
        openCapture,
        released: () => (busy = false),
      })
    },

    async keep(recordingId, because) {
      for (;;) {
        const row = await db.recordings.get(recordingId)
        if (row?.state !== 'taken') throw new RecordingError('recording-unknown')
        const details = await opener.open<RecordingDetails>(recordingPlace(recordingId), row.sealed)
        if (details.measured === null) throw new RecordingError('recording-unknown')
        const quality = { ...details.measured.quality, keptBecause: because }
        const sealed = await sealJson(await keyOfRecording(store, recordingId), recordingPlace(recordingId), {
          ...details,
          measured: { ...details.measured, quality },
        })
        // WebCrypto may not be awaited inside the transaction: another tab may have redone the take meanwhile.
        const changed = await db.recordings
          .where({ id: recordingId, state: 'taken' })
          .filter((now) => now.sealed.iv.join() === row.sealed.iv.join())
          .modify({ sealed })
        if (changed === 1) return
      }
    },

    analyse: async (recordingId) => {
      const samples = pcm16ToFloat(await pcmOf(recordingId))
      return analyse({ samples, segments: busy ? null : await speechIn(samples) })
    },

    readAgain: (encounterId) => readAgain({ store, opener, activeInference, openCapture, wakeSync }, encounterId),

    async audio(recordingId) {
      return new Blob([encodeWav(await pcmOf(recordingId), RECORDING_RATE_HZ)], { type: 'audio/wav' })
    },
  }
}
