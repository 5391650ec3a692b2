import { createRequire } from 'node:module'
import fc from 'fast-check'
import * as ort from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { perturbedVoice, PHRASES } from '@spira/shared/signal/descriptors/testing/perturbedVoice.ts'
import { SILERO_VAD } from '@spira/shared/signal/speech/sileroVad.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { createSpeechSegmenter, SEGMENTER_SETTINGS } from '@spira/shared/signal/speech/speechSegmenter.ts'
import { openSpeechDetection, readSileroVad } from './speechDetection.ts'

/** The package's own JavaScript around the same network: what ours has to agree with. */
const upstream = createRequire(import.meta.url)
interface UpstreamSilero {
  process(frame: Float32Array): Promise<{ isSpeech: number }>
}
interface UpstreamProcessor {
  resume(): void
  process(frame: Float32Array, handle: (event: { msg: string }) => void): Promise<void>
  endSegment(handle: (event: { msg: string }) => void): void
}
const { Silero } = upstream('@ricky0123/vad-web/dist/models/silero.js') as {
  Silero: { new: (runtime: unknown, fetch: () => Promise<ArrayBuffer>) => Promise<UpstreamSilero> }
}
const { FrameProcessor } = upstream('@ricky0123/vad-web/dist/frame-processor.js') as {
  FrameProcessor: new (
    model: () => Promise<{ isSpeech: number }>,
    reset: () => void,
    options: Readonly<Record<string, unknown>>,
    msPerFrame: number,
  ) => UpstreamProcessor
}

const voice = perturbedVoice({ jitter: 0.005, shimmer: 0.05, noise: 0.0005 })
const { frameSamples, frameMs } = SILERO_VAD

test('every frame has the probability that the package’s own JavaScript gives, whatever the pieces', async () => {
  const theirs = await Silero.new(ort, async () => (await readSileroVad()).buffer)
  const expected: number[] = []
  for (let at = 0; at + frameSamples <= voice.length; at += frameSamples)
    expected.push((await theirs.process(voice.slice(at, at + frameSamples))).isSpeech)
  expect(Math.max(...expected)).toBeGreaterThan(0.7)
  expect(Math.min(...expected)).toBeLessThan(0.01)

  const vad = await openSpeechDetection()
  for (const piece of [voice.length, 1000, 137]) {
    vad.reset()
    const ours: number[] = []
    for (let at = 0; at < voice.length; at += piece) ours.push(...(await vad.push(voice.subarray(at, at + piece))))
    expect(ours).toHaveLength(expected.length)
    const worst = Math.max(...ours.map((probability, at) => Math.abs(probability - expected[at])))
    expect(worst).toBeLessThan(1e-6)
  }
  await vad.release()
})

test('its segments are those of the package’s frame processor', async () => {
  const quietFrames = Math.ceil(SEGMENTER_SETTINGS.shortestPauseMs / frameMs)
  const shortest = SEGMENTER_SETTINGS.shortestSpeechMs / frameMs
  const segmentsOf = async (probabilities: readonly number[]) => {
    let at = 0
    const options = {
      positiveSpeechThreshold: SEGMENTER_SETTINGS.speechFrom,
      negativeSpeechThreshold: SEGMENTER_SETTINGS.silenceBelow,
      redemptionMs: quietFrames * frameMs,
      preSpeechPadMs: 0,
      minSpeechMs: 0,
      submitUserSpeechOnPause: true,
    }
    const theirs = new FrameProcessor(
      async () => ({ isSpeech: probabilities[at] }),
      () => undefined,
      options,
      frameMs,
    )
    theirs.resume()
    const segments: [number, number][] = []
    let from = 0
    for (; at < probabilities.length; at += 1) {
      await theirs.process(new Float32Array(1), ({ msg }) => {
        if (msg === 'SPEECH_START') from = at
        if (msg === 'SPEECH_END') segments.push([from, at + 1 - quietFrames])
      })
    }
    return segments.filter(([first, end]) => end - first >= shortest)
  }
  const runs = fc.array(fc.tuple(fc.constantFrom(0.1, 0.9), fc.integer({ min: 1, max: 12 })), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(runs, async (spoken) => {
      // A silence at the end closes the last segment.
      const probabilities = [...spoken, [0.1, 12] as const].flatMap(([probability, count]) =>
        Array.from({ length: count }, () => probability),
      )
      const segmenter = createSpeechSegmenter(frameMs)
      for (const probability of probabilities) segmenter.push(probability)
      const ours = segmenter
        .segments()
        .speech.map(({ from, to }) => [from, to].map((s) => Math.round((s * 1000) / frameMs)))
      expect(ours).toEqual(await segmentsOf(probabilities))
    }),
    { numRuns: 200 },
  )
})

test('a formula’s three phrases are found, and two pauses', async () => {
  const vad = await openSpeechDetection()
  const { speech, pauses } = await detectSpeech(vad, voice)
  await vad.release()
  expect(speech).toHaveLength(PHRASES.length)
  for (const [at, { from, to }] of speech.entries()) {
    // Three frames.
    expect(Math.abs(from - PHRASES[at].from)).toBeLessThan(0.1)
    expect(Math.abs(to - PHRASES[at].to)).toBeLessThan(0.1)
  }
  expect(pauses).toHaveLength(2)
})
