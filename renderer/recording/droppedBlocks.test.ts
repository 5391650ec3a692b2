import 'fake-indexeddb/auto'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { describe, expect, test } from 'vitest'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { createOpener } from '../store/opener.ts'
import type { AudioSource } from './audioSource.ts'
import { frameReaderOf } from './monoFrames.ts'
import { createRecorderService } from './recorderService.ts'
import { openInProcessCapture } from './testing/inProcessCapture.ts'
import { blocksOf, type StampedBlock, trackOf } from './testing/stampedTrack.ts'
import { makeVoice } from './testing/voice.ts'

const RATE_HZ = 44_100
const voice = makeVoice(6, RATE_HZ)

/** Where something is missing, as [ms of sound delivered before it, ms missing]. */
async function gapsIn(blocks: readonly StampedBlock[]): Promise<readonly (readonly [number, number])[]> {
  const reader = frameReaderOf({ kind: 'track-processor', readable: trackOf(blocks) })
  const gaps: (readonly [number, number])[] = []
  let heard = 0
  let samples = 0
  for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
    const { missingBefore = 0, sampleRateHz } = frame
    if (missingBefore > 0) gaps.push([Math.round(heard), Math.round((missingBefore * 1000) / sampleRateHz)])
    heard += (frame.samples.length * 1000) / sampleRateHz
    samples += frame.samples.length
  }
  expect(samples).toBe(blocks.reduce((sum, block) => sum + block.samples.length, 0))
  return gaps
}

const without = (blocks: readonly StampedBlock[], ...lost: readonly number[]): readonly StampedBlock[] =>
  blocks.filter((_, at) => !lost.includes(at))

const trembling = (all: readonly StampedBlock[]): readonly StampedBlock[] =>
  all.map((block) => {
    const at = Math.round((block.timestampUs - 7_000_000) / 10_000)
    // 3 ms of jitter, once in a while a stamp that is 12 ms late, and 200 millionths of drift.
    const late = at % 47 === 0 ? 12_000 : 0
    return { ...block, timestampUs: block.timestampUs * 1.0002 + 1500 * Math.sin(at * at) + late }
  })

describe('what a track lost is told by its time stamps alone', () => {
  const blocks = blocksOf(voice, RATE_HZ, 7_000_000)

  test('one lost block, two in a row, each where it was', async () => {
    expect(await gapsIn(blocks)).toEqual([])
    expect(await gapsIn(without(blocks, 200))).toEqual([[2000, 10]])
    expect(await gapsIn(without(blocks, 200, 300, 301))).toEqual([
      [2000, 10],
      [2990, 20],
    ])
  })

  test('also where the stamps tremble, and the sound card runs slower than the system', async () => {
    expect(await gapsIn(trembling(blocks))).toEqual([])
    const [gap, ...more] = await gapsIn(trembling(without(blocks, 200)))
    expect(more).toEqual([])
    expect(gap?.[0]).toBe(2000)
    expect(Math.abs((gap?.[1] ?? 0) - 10)).toBeLessThanOrEqual(3)
  })

  test('a clock that settles at the start, or goes back, is no loss', async () => {
    const settling = blocks.map((block, at) =>
      at < 16 ? { ...block, timestampUs: block.timestampUs - 600_000 } : block,
    )
    expect(await gapsIn(settling)).toEqual([])
    const ahead = blocks.map((block, at) =>
      at < 32 ? { ...block, timestampUs: block.timestampUs + 1_400_000 } : block,
    )
    expect(await gapsIn(ahead)).toEqual([])
    const back = blocks.map((block, at) => (at > 300 ? { ...block, timestampUs: block.timestampUs - 900_000 } : block))
    expect(await gapsIn(back)).toEqual([])
  })
})

describe('a take over a track', () => {
  test('counts every lost block, keeps the time of what comes later, and is doubtful', async () => {
    const lost = [100, 250, 251, 400]
    const whole = await takeOver(blocksOf(voice, RATE_HZ), RATE_HZ)
    expect(whole.taken.quality).toMatchObject({ droppedMs: 0, droppedBlocks: 0 })
    const { taken, heard } = await takeOver(without(blocksOf(voice, RATE_HZ), ...lost), RATE_HZ)
    expect(taken.quality.droppedBlocks).toBe(3)
    expect(taken.quality.droppedMs).toBeCloseTo(40, 0)
    expect(taken.quality.findings).toContainEqual({ code: 'dropped-samples', severity: 'warning' })
    expect(taken.durationMs).toBe(whole.taken.durationMs)
    // A second after the last hole every sample is where it would be without one.
    const [from, to] = [5 * 16_000, 5.5 * 16_000]
    const difference = heard.slice(from, to).map((sample, at) => sample - (whole.heard[from + at] ?? 0))
    expect(Math.max(...difference.map(Math.abs))).toBeLessThan(0.001)
    expect(Math.max(...heard.slice(2.502 * 16_000, 2.518 * 16_000).map(Math.abs))).toBeLessThan(0.001)
  })

  test('more than is bearable is refused a score', async () => {
    const lost = Array.from({ length: 15 }, (_, at) => 100 + 30 * at)
    const { taken } = await takeOver(without(blocksOf(voice, RATE_HZ), ...lost), RATE_HZ)
    expect(taken.quality.droppedBlocks).toBe(15)
    expect(taken.outcome.status).toBe('refused')
  })

  test('says at what rate the sound came, against what the device runs at, and when it changed', async () => {
    const first = blocksOf(makeVoice(3, 48_000), 48_000)
    const then = blocksOf(makeVoice(3, 16_000), 16_000, 3_000_000)
    const { taken } = await takeOver([...first, ...then], 44_100)
    expect(taken.capture).toMatchObject({
      sampleRateHz: 48_000,
      deviceSampleRateHz: 44_100,
      changedSampleRatesHz: [16_000],
    })
    const plain = await takeOver(first, 48_000)
    expect(plain.taken.capture).toEqual({ source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 })
  })
})

/** A take of these blocks by the recorder as it is, but for the microphone. */
async function takeOver(blocks: readonly StampedBlock[], deviceSampleRateHz: number) {
  const { store, encounters, inference } = await createTestBedside()
  const source: AudioSource = {
    capture: { source: 'track-processor', sampleRateHz: deviceSampleRateHz, deviceSampleRateHz, channelCount: 1 },
    input: { kind: 'track-processor', readable: trackOf(blocks) },
    transfer: [],
    onLost: () => undefined,
    close: () => undefined,
  }
  const recorder = createRecorderService({
    store,
    opener: createOpener(store.keys),
    activeInference: () => Promise.resolve(inference),
    openSource: () => Promise.resolve(source),
    openCapture: () => openInProcessCapture(store),
  })
  const { id } = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: id, task: 'read-sentence' })
  await until(recording.live, ({ state }) => state === 'ended')
  const taken = await recording.stop()
  const audio = await (await recorder.audio(taken.recordingId)).arrayBuffer()
  return { taken, store, heard: decodeWav(new Uint8Array(audio)).samples }
}
