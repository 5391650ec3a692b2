import 'fake-indexeddb/auto'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { describe, expect, test } from 'vitest'
import { createEnergyInference } from '../assessment/testing/energyInference.ts'
import type { EncounterDetail, Live } from '../bedside/bedside.ts'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { createOpener } from '../store/opener.ts'
import { outboxPlace } from '../store/places.ts'
import { makeVoice } from './testing/voice.ts'

const voice = makeVoice(6, 48_000)
const TIMES = { minSeconds: 1, maxSeconds: 3, silenceStopSeconds: 1 }

const takesOf = async (detail: Live<EncounterDetail | null>, ready: (found: EncounterDetail) => boolean) => {
  const found = await until(detail, (value) => value !== null && ready(value))
  if (found === null) throw new Error('no encounter')
  return found.takes
}

describe('a task ends by its own rules', () => {
  test('at its longest time, and the take says so', async () => {
    const { encounters, recorder, source } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    const recording = await recorder.start({ encounterId: id, task: 'free-speech', times: TIMES })
    source().play(voice)
    const { endedBy } = await until(recording.live, ({ state }) => state === 'ended')
    expect(endedBy).toBe('longest')
    const { quality, outcome } = await recording.stop()
    expect(quality.findings).toContainEqual({ code: 'too-long', severity: 'warning' })
    expect(outcome.status).toBe('scored')
  })

  test('after its silence, and nothing is wrong with that', async () => {
    const { encounters, recorder, source } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    const recording = await recorder.start({
      encounterId: id,
      task: 'free-speech',
      times: { ...TIMES, maxSeconds: 60 },
    })
    const thenQuiet = new Float32Array(12 * 48_000)
    thenQuiet.set(voice)
    source().play(thenQuiet.map((sample, at) => sample + 0.0005 * Math.sin(at * at)))
    const { endedBy } = await until(recording.live, ({ state }) => state === 'ended')
    expect(endedBy).toBe('silence')
    const { quality } = await recording.stop()
    expect(quality.findings.map(({ code }) => code)).not.toContain('too-long')
  })
})

test('a later take is compared with the encounter’s own recording of the room', async () => {
  const { encounters, recorder, source, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'ambient-noise' })
  source().play(new Float32Array(3 * 48_000).map((_, at) => 0.02 * Math.sin(at * at)))
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 2900)
  const room = await recording.stop()
  expect(room.outcome).toEqual({ status: 'failed', reason: 'task_not_assessed' })
  expect(room.quality.verdict).toBe('good')
  const { quality } = await take(id, voice)
  expect(quality.snrFrom).toBe('ambient-take')
  expect(quality.snrDb).toBeGreaterThan(5)
})

test('a refused take is kept with its reason, which is sent with the recording', async () => {
  const { store, encounters, recorder, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const { recordingId, quality } = await take(id, new Float32Array(3 * 48_000))
  expect(quality.verdict).toBe('unusable')
  await recorder.keep(recordingId, 'patient-left')
  const [kept] = await takesOf(encounters.detail(id), ({ takes }) => takes[0]?.quality.keptBecause !== undefined)
  expect(kept?.quality.keptBecause).toBe('patient-left')
  expect(kept?.outcome.status).toBe('refused')
  await encounters.complete(id)
  const opener = createOpener(store.keys)
  const rows = (await store.db.outbox.toArray()).filter(({ sealed }) => sealed !== null)
  const events = await Promise.all(
    rows.map(async ({ id: eventId, sealed }) => {
      if (sealed === null) throw new Error('filtered')
      return opener.open<DeviceEvent>(outboxPlace(eventId), sealed)
    }),
  )
  const saved = events.find((event) => event.type === 'recording.saved')
  expect(saved?.payload).toMatchObject({ quality: { verdict: 'unusable', keptBecause: 'patient-left' } })
  expect(events.some(({ type }) => type === 'assessment.made')).toBe(false)
})

test('a take is no longer kept with a reason once it was redone', async () => {
  const { encounters, recorder, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  const { recordingId } = await take(id, new Float32Array(3 * 48_000))
  await recorder.reject(recordingId)
  await expect(recorder.keep(recordingId, 'patient-left')).rejects.toMatchObject({ code: 'recording-unknown' })
})

test('promise 3: a later model reads an old encounter on request, once, and both results stay', async () => {
  let inference = await createEnergyInference()
  const { store, encounters, recorder, take } = await createTestBedside({
    activeInference: () => Promise.resolve(inference),
  })
  const { id } = await readyDraft(encounters)
  await take(id, voice)
  const { recordingId: silence } = await take(id, new Float32Array(3 * 48_000))
  await recorder.keep(silence, 'needed-for-research')
  await encounters.complete(id)
  expect(await recorder.readAgain(id)).toBe(0)

  const { manifest } = inference
  const sha256 = 'b'.repeat(64)
  inference = await createEnergyInference({
    manifest: { ...manifest, modelId: newId(), version: 4, onnx: { ...manifest.onnx, sha256 } },
  })
  expect(await recorder.readAgain(id)).toBe(1)
  const takes = await takesOf(encounters.detail(id), (found) => found.takes.some(({ earlier }) => earlier.length > 0))
  const read = takes.find(({ outcome }) => outcome.status === 'scored')
  if (read?.outcome.status !== 'scored') throw new Error('no score')
  expect(read.outcome.assessment.model).toMatchObject({ version: 4, sha256 })
  expect(read.earlier.map(({ model }) => model.version)).toEqual([3])
  // The energy model computes the same whatever its version.
  expect(read.outcome.assessment.windows).toEqual(read.earlier[0]?.windows)
  expect(takes.some(({ outcome }) => outcome.status === 'refused')).toBe(true)
  const sent = (await store.db.outbox.toArray()).filter(({ kind }) => kind === 'event')
  expect(await recorder.readAgain(id)).toBe(0)
  expect((await store.db.outbox.toArray()).filter(({ kind }) => kind === 'event')).toHaveLength(sent.length)
})

test('a microphone test hears, judges and keeps nothing', async () => {
  const { store, recorder, source } = await createTestBedside()
  const running = await recorder.testMicrophone()
  await expect(recorder.testMicrophone()).rejects.toMatchObject({ code: 'recording-in-progress' })
  source().play(voice.subarray(0, 3 * 48_000))
  await until(running.live, ({ elapsedMs }) => elapsedMs >= 2900)
  expect(running.takeSpectrogram().length).toBeGreaterThan(0)
  const { audio, quality } = await running.stop()
  expect(quality.durationMs).toBeGreaterThanOrEqual(2900)
  expect(decodeWav(new Uint8Array(await audio.arrayBuffer())).samples.length).toBe(quality.durationMs * 16)
  expect(source().closed).toBe(true)
  expect(await store.db.recordings.count()).toBe(0)
  expect(await store.db.chunks.count()).toBe(0)
  await recorder.testMicrophone().then((again) => again.stop())
})
