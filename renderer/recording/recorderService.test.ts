import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { describe, expect, test, vi } from 'vitest'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import type { SpeechListener } from '../models/speechListener.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { sealJson } from '../store/envelope.ts'
import { recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { storedBytes } from '../store/testing/testStore.ts'
import { MicrophoneError } from './microphoneError.ts'
import type { RecordingDetails } from './recordingDetails.ts'
import { createPlayedSource, openInProcessCapture } from './testing/inProcessCapture.ts'
import { makeVoice } from './testing/voice.ts'

const voice = makeVoice(6, 48_000)

test('a take is stored whole, measured and scored, and sounds like what was played', async () => {
  const { encounters, recorder, inference, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const taken = await take(id, voice)

  expect(taken.durationMs).toBe(6000)
  expect(taken.quality.verdict).toBe('good')
  const { outcome } = taken
  if (outcome.status !== 'scored') throw new Error(outcome.status)
  expect(outcome.assessment).toMatchObject({
    model: { id: inference.manifest.modelId, version: 3, sha256: 'a'.repeat(64) },
    threshold: 0.5,
    featureSpecHash: inference.manifest.featureSpecHash,
    qualityVerdict: 'good',
    intendedUse: 'simulated-not-for-clinical-use',
  })
  expect(outcome.assessment.windows.map(({ startMs }) => startMs)).toEqual([0, 1000, 2000])

  const wav = await (await recorder.audio(taken.recordingId)).arrayBuffer()
  const { samples, sampleRateHz } = decodeWav(new Uint8Array(wav))
  expect(sampleRateHz).toBe(16_000)
  expect(samples.length).toBe(96_000)
  // Every third sample of the 48 kHz original is the same moment; the voice ends well below 8 kHz.
  expect(
    correlation(
      samples,
      Float32Array.from(samples, (_, at) => voice[3 * at] ?? 0),
    ),
  ).toBeGreaterThan(0.99)
})

test('promise 3: bad audio gets a refusal and no score, and is kept', async () => {
  const { store, encounters, recorder, inference, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const cases = {
    'too-short': makeVoice(0.5, 48_000),
    silent: new Float32Array(3 * 48_000),
    clipped: makeVoice(6, 48_000, 4).map((sample) => Math.max(-1, Math.min(1, sample))),
  }
  for (const [code, samples] of Object.entries(cases)) {
    const { outcome, recordingId } = await take(id, samples)
    expect(outcome).toMatchObject({
      status: 'refused',
      findings: expect.arrayContaining([expect.objectContaining({ code, severity: 'refusal' })]),
    })
    expect((await recorder.audio(recordingId)).size).toBe(44 + (samples.length / 3) * 2)
  }
  expect(await store.db.assessments.count()).toBe(0)
  expect(inference.windowsScored()).toBeGreaterThan(0)
})

test('promise 3: without a model that runs the audio is safe and there is no score', async () => {
  const { store, encounters, take } = await createTestBedside({
    activeInference: () => Promise.reject(new Error('no model')),
  })
  const { id } = await readyDraft(encounters)
  const { outcome, state } = await take(id, voice)
  expect(outcome).toEqual({ status: 'failed', reason: 'runtime_failed' })
  expect(state).toBe('taken')
  expect(await store.db.assessments.count()).toBe(0)
})

test('a model that is still loading gets every window once it is there', async () => {
  const loading = Promise.withResolvers<void>()
  const { encounters, inference, take } = await createTestBedside({
    activeInference: async () => {
      await loading.promise
      return inference
    },
  })
  const { id } = await readyDraft(encounters)
  const taking = take(id, voice)
  setTimeout(() => loading.resolve(), 300)
  const { outcome } = await taking
  expect(outcome.status).toBe('scored')
  expect(inference.windowsScored()).toBe(3)
})

describe('a recording that ends by itself', () => {
  test('promise 1: an unplugged microphone ends the take, and what was recorded is kept', async () => {
    const { encounters, recorder, source } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
    source().play(voice)
    await until(recording.live, ({ elapsedMs }) => elapsedMs >= 5900)
    source().unplug()
    const last = await until(recording.live, ({ state }) => state === 'ended')
    expect(last.problem).toBe('microphone-unplugged')
    expect(source().closed).toBe(true)
    const taken = await recording.stop()
    expect(taken.durationMs).toBeGreaterThanOrEqual(5900)
    expect(taken.quality.findings).toContainEqual({ code: 'interrupted', severity: 'warning' })
    expect(taken.outcome.status).toBe('scored')
  })

  test('promise 1: a capture worker that dies loses at most the chunk it was filling', async () => {
    const { store, encounters, recorder, source, capture } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
    source().play(voice)
    await until(recording.live, ({ elapsedMs }) => elapsedMs >= 5900)
    // However slow the disk: what was full when it died is on it.
    await vi.waitFor(async () => expect(await store.db.chunks.count()).toBeGreaterThanOrEqual(11), { timeout: 20_000 })
    capture().crash()
    const taken = await recording.stop()
    expect(taken.durationMs).toBeGreaterThanOrEqual(5500)
    expect(taken.quality.findings).toContainEqual({ code: 'interrupted', severity: 'warning' })
  })

  test('promise 1: a disk that fills keeps what it has, and says so', async () => {
    const { store, encounters, recorder, source } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    store.db.chunks.hook('creating', (key) => {
      if (key[1] === 6) throw new DOMException('full', 'QuotaExceededError')
    })
    const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
    source().play(voice)
    const last = await until(recording.live, ({ state }) => state === 'ended')
    expect(last.problem).toBe('storage-full')
    const taken = await recording.stop()
    expect(taken.durationMs).toBe(3000)
  })
})

test('promise 1: a recording cut off by a crash is offered and recovered, all but the chunk that was filling', async () => {
  const { store, encounters, recorder } = await createTestBedside()
  const draft = await readyDraft(encounters)
  const recordingId = await leaveInterrupted(store, draft.id)

  const [offered] = await until(recorder.interrupted, ({ length }) => length > 0)
  expect(offered).toMatchObject({
    recordingId,
    encounterId: draft.id,
    participantCode: draft.participant.code,
    task: 'read-sentence',
    durationMs: 5500,
  })
  const taken = await recorder.recover(recordingId)
  expect(taken).toMatchObject({ state: 'taken', durationMs: 5500, outcome: { status: 'scored' } })
  expect(taken.quality.findings).toContainEqual({ code: 'interrupted', severity: 'warning' })
  await until(recorder.interrupted, ({ length }) => length === 0)
  expect((await recorder.audio(recordingId)).size).toBe(44 + 88_000 * 2)
})

test('an interrupted recording that nobody wants is removed', async () => {
  const { store, encounters, recorder } = await createTestBedside()
  const draft = await readyDraft(encounters)
  const recordingId = await leaveInterrupted(store, draft.id)
  await recorder.discardInterrupted(recordingId)
  expect(await store.db.recordings.count()).toBe(0)
  expect(await store.db.chunks.count()).toBe(0)
})

test('a running recording is not offered as interrupted, and there is one at a time', async () => {
  const { encounters, recorder } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
  await expect(recorder.start({ encounterId: id, task: 'read-sentence' })).rejects.toMatchObject({
    code: 'recording-in-progress',
  })
  const unsubscribe = recorder.interrupted.subscribe(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(recorder.interrupted.get()).toEqual([])
  unsubscribe()
  await recording.cancel()
})

test('a cancelled recording leaves nothing', async () => {
  const { store, encounters, recorder, source } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
  source().play(voice)
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 2000)
  await recording.cancel()
  expect(source().closed).toBe(true)
  expect(await store.db.recordings.count()).toBe(0)
  expect(await store.db.chunks.count()).toBe(0)
  const again = await recorder.start({ encounterId: id, task: 'read-sentence' })
  await again.cancel()
})

test('promise 9: no stored byte of a running recording shows its sound', async () => {
  const { store, encounters, recorder, source } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
  const tone = Float32Array.from({ length: 48_000 * 2 }, () => 0.25)
  source().play(tone)
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 1900)
  await vi.waitFor(async () => expect(await store.db.chunks.count()).toBeGreaterThanOrEqual(3), { timeout: 20_000 })
  // 0.25 as PCM16 is 0x2000, little-endian: a constant that would be everywhere.
  expect(await storedBytes(store)).not.toContain('\x00\x20'.repeat(8))
  expect(await storedBytes(store)).not.toContain('read-sentence')
  await recording.cancel()
})

test('a take that is redone stays, marked, and its audio can still be heard', async () => {
  const { encounters, recorder, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const { recordingId } = await take(id, voice)
  await recorder.reject(recordingId)
  const detail = await until(encounters.detail(id), (value) => value !== null)
  expect(detail?.takes.map(({ state }) => state)).toEqual(['rejected'])
  expect((await recorder.audio(recordingId)).size).toBe(44 + 96_000 * 2)
  await expect(recorder.reject(recordingId)).rejects.toMatchObject({ code: 'recording-unknown' })
})

test('promise 1: a hole in the journal is said, and never heard or sent as the whole', async () => {
  const { store, encounters, recorder, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const { recordingId } = await take(id, voice)
  await store.db.chunks.delete([recordingId, 4])
  await expect(recorder.audio(recordingId)).rejects.toMatchObject({ code: 'recording-damaged' })
})

test('promise 9: a chunk opens only at its own place', async () => {
  const { store, encounters, recorder, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const { recordingId } = await take(id, voice)
  const [first, second] = await store.db.chunks.where('recordingId').equals(recordingId).sortBy('index')
  if (first === undefined || second === undefined) throw new Error('no chunks')
  await store.db.chunks.bulkPut([
    { ...first, sealed: second.sealed },
    { ...second, sealed: first.sealed },
  ])
  await expect(recorder.audio(recordingId)).rejects.toThrow()
})

test('promise 1: a capture worker that dies again and again leaves the recording to be recovered', async () => {
  let dead = false
  const { store, encounters, recorder, source, capture } = await createTestBedside({ deadCaptures: () => dead })
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
  source().play(voice)
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 3000)
  await vi.waitFor(async () => expect(await store.db.chunks.count()).toBeGreaterThan(3), { timeout: 20_000 })
  dead = true
  capture().crash()
  await expect(recording.stop()).rejects.toMatchObject({ code: 'capture-failed' })
  const [offered] = await until(recorder.interrupted, ({ length }) => length > 0)
  expect(offered?.durationMs).toBeGreaterThan(1500)
  dead = false
  await recorder.recover(recording.recordingId)
})

test('a recovered take is judged as any other: by its task’s shortest time, and by what the speech detector hears', async () => {
  let speechMs = 4000
  let heard = 0
  const listener: SpeechListener = {
    begin: () => Promise.resolve(),
    hear: (samples) => {
      heard = samples.length
      return Promise.resolve({ speechMs, speaking: false })
    },
    segments: () => Promise.resolve({ speech: [], pauses: [] }),
    dispose: () => undefined,
  }
  const { store, encounters, recorder } = await createTestBedside({ speech: () => listener })
  const { id } = await readyDraft(encounters)
  // 5.5 s are on disk; free speech is asked for 8.
  const { quality } = await recorder.recover(await leaveInterrupted(store, id, 'free-speech'))
  expect(heard).toBe(5.5 * 16_000)
  expect(quality.speechMs).toBe(4000)
  expect(quality.findings).toContainEqual({ code: 'too-short', severity: 'warning', leastMs: 8000 })

  speechMs = 300
  await store.db.chunks.clear()
  const music = await recorder.recover(await leaveInterrupted(store, id))
  expect(music.quality.findings).toContainEqual({ code: 'little-speech', severity: 'refusal' })
  expect(music.outcome.status).toBe('refused')
})

test('a microphone that cannot be opened says why and leaves nothing behind', async () => {
  let refusal: Error | null = new MicrophoneError('microphone-refused')
  const { store, encounters, recorder } = await createTestBedside({ refuseMicrophone: () => refusal })
  const { id } = await readyDraft(encounters)
  await expect(recorder.start({ encounterId: id, task: 'read-sentence' })).rejects.toMatchObject({
    code: 'microphone-refused',
  })
  expect(await store.db.recordings.count()).toBe(0)
  refusal = null
  await (await recorder.start({ encounterId: id, task: 'read-sentence' })).cancel()
})

/** What a killed browser leaves: a row that says it is being recorded, and the 5.5 s whose chunks were full, of 5.9 played. */
async function leaveInterrupted(store: Store, encounterId: string, task: Task = 'read-sentence'): Promise<string> {
  const id = newId()
  const startedAt = new Date().toISOString()
  const capture = { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 } as const
  const details: RecordingDetails = { task, startedAt, capture, measured: null, failure: null }
  const key = await keyOfEncounter(store, encounterId)
  if (key === null) throw new Error('no encounter')
  const sealed = await sealJson(key, recordingPlace(id), details)
  await store.db.recordings.add({ id, encounterId, state: 'recording', startedAt: Date.now(), sealed })
  const source = createPlayedSource()
  const process = openInProcessCapture(store)
  process.post({
    type: 'record',
    recordingId: id,
    key,
    input: source.input,
    processedByBrowser: false,
    expectations: { expects: 'speech', shortestMs: null, roomDbfs: null },
    copy: null,
  })
  source.play(voice.subarray(0, 5.9 * 48_000))
  await vi.waitFor(async () => expect(await store.db.chunks.count()).toBe(11), { timeout: 20_000 })
  process.close()
  source.close()
  return id
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)

/** Pearson's, of signals without a mean. */
function correlation(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
