import { describe, expect, test } from 'vitest'
import { segmentByLevel } from '../speech/levelSegments.ts'
import { withPauses } from '../speech/segments.ts'
import { floatToPcm16, pcm16ToFloat } from '../wav.ts'
import { glottalPulses } from './glottalPulses.ts'
import { withHeldVoice } from './heldVoice.ts'
import { trackPitch } from './pitch.ts'
import { describeSpeech } from './speechDescriptors.ts'
import { syllableNuclei } from './syllableNuclei.ts'
import { perturbedVoice, PHRASES, type VoiceOptions } from './testing/perturbedVoice.ts'
import praat from './testing/praat.json' with { type: 'json' }

/** As Praat read it: from 16-bit samples. */
const voice = (options: VoiceOptions) => pcm16ToFloat(floatToPcm16(perturbedVoice(options)))
const describeByLevel = (samples: Float32Array) => describeSpeech(samples, segmentByLevel(samples))
const quiet = { jitter: 0.005, shimmer: 0.05, noise: 0.0005 }

describe.each(praat.voices)('Praat’s numbers of the $name voice', ({ options, praat: expected }) => {
  const samples = voice(options)
  const described = describeByLevel(samples)
  const ratio = (name: 'f0MeanHz' | 'f0SdHz' | 'jitterLocal' | 'shimmerLocal' | 'hnrDb') =>
    (described[name] ?? Number.NaN) / expected[name]

  test('f0 and its deviation within 0.1 %', () => {
    expect(Math.abs(ratio('f0MeanHz') - 1)).toBeLessThan(1e-3)
    expect(Math.abs(ratio('f0SdHz') - 1)).toBeLessThan(1e-3)
  })
  test('every pulse', () => {
    expect(glottalPulses(samples, trackPitch(samples))).toHaveLength(expected.pulses)
  })
  test('jitter and HNR within 0.5 %, shimmer within 2 %: Praat leaves the last pulse out of the mean amplitude', () => {
    expect(Math.abs(ratio('jitterLocal') - 1)).toBeLessThan(5e-3)
    expect(Math.abs(ratio('hnrDb') - 1)).toBeLessThan(5e-3)
    expect(Math.abs(ratio('shimmerLocal') - 1)).toBeLessThan(2e-2)
  })
})

test('phrases and the pauses between them are found to 60 ms', () => {
  const { speech, pauses } = segmentByLevel(voice(quiet))
  expect(speech).toHaveLength(3)
  for (const [at, { from, to }] of speech.entries()) {
    expect(Math.abs(from - PHRASES[at].from)).toBeLessThan(0.06)
    expect(Math.abs(to - PHRASES[at].to)).toBeLessThan(0.06)
  }
  expect(pauses).toHaveLength(2)
  expect(describeByLevel(voice(quiet)).pauseMeanSeconds).toBeCloseTo(0.55, 1)
})

test('a breath in a pause is not speech', () => {
  const samples = voice(quiet)
  let state = 7
  for (let at = 1.8 * 16_000; at < 2.1 * 16_000; at++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    samples[at] += 0.03 * (state / 2 ** 31 - 1)
  }
  expect(segmentByLevel(samples).pauses).toHaveLength(2)
})

test('each swell of the voice is a syllable', () => {
  const samples = voice(quiet)
  // Four a second in 3 s of phrases; those that begin or end a phrase are cut.
  expect(syllableNuclei(samples, trackPitch(samples)).length).toBeGreaterThanOrEqual(11)
  expect(syllableNuclei(samples, trackPitch(samples)).length).toBeLessThanOrEqual(13)
})

test('a recording without voice has no voice to describe', () => {
  for (const samples of [new Float32Array(16_000), new Float32Array(100), perturbedVoice(quiet).subarray(0, 4800)]) {
    expect(describeByLevel(samples)).toMatchObject({
      f0MeanHz: null,
      jitterLocal: null,
      shimmerLocal: null,
      hnrDb: null,
      pauseCount: 0,
      pauseMeanSeconds: null,
      speechRate: null,
    })
  }
})

test('clipping is counted', () => {
  const loud = voice(quiet).map((sample) => Math.max(-1, Math.min(1, 8 * sample)))
  expect(describeByLevel(loud).clippedShare).toBeGreaterThan(0.005)
})

test('speech goes on while its voice is held, and joins what begins before a pause would be one', () => {
  const samples = voice(quiet)
  // As Silero hears a vowel: the beginning only. The first phrase lasts to 1.6 s.
  const { speech, pauses } = withHeldVoice(withPauses([{ from: 0.4, to: 0.7 }]), trackPitch(samples))
  expect(speech).toHaveLength(1)
  expect(Math.abs(speech[0].to - PHRASES[0].to)).toBeLessThan(0.06)
  expect(pauses).toEqual([])
  const both = [
    { from: 0.4, to: 0.7 },
    { from: 1.5, to: 1.6 },
  ]
  expect(withHeldVoice(withPauses(both), trackPitch(samples)).speech).toHaveLength(1)
})
