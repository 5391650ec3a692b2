import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { qualityReportSchema } from '../protocol/quality.ts'
import { syntheticSignal } from './fixtures/syntheticSignal.ts'
import { createQualityMeter, measureQuality, type RecordingFacts } from './quality.ts'

const CLEAN = { interrupted: false, processedByBrowser: false }
const second = 16_000

const noise = (seconds: number, level: number): Float32Array => {
  let state = 7
  return Float32Array.from({ length: seconds * second }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return level * (state / 2 ** 31 - 1)
  })
}

/** Three seconds: a quiet room, and a voice-like buzz in it from 0.5 to 2.5 s. */
const voice = (): Float32Array => {
  const buzz = syntheticSignal(4, second)
  return noise(3, 0.003).map((room, i) => room + (i >= 0.5 * second && i < 2.5 * second ? buzz[i] : 0))
}

const findings = (samples: Float32Array, facts: RecordingFacts = CLEAN): string[] => {
  const report = qualityReportSchema.parse(measureQuality(samples, facts))
  return report.findings.map(({ code, severity }) => `${code}: ${severity}`)
}

/** The voice with runs of full scale. */
const clipped = (runs: number, length: number): Float32Array => {
  const samples = voice()
  for (let run = 0; run < runs; run++) samples.fill(1, 10_000 + 20 * run, 10_000 + 20 * run + length)
  return samples
}

/** The voice with blocks of zeros. */
const dropped = (...ranges: readonly (readonly [number, number])[]): Float32Array => {
  const samples = voice()
  for (const [from, to] of ranges) samples.fill(0, from, to)
  return samples
}

/** The voice over hum of 50 Hz and, half as strong, 150 Hz. */
const hum = (level: number): Float32Array =>
  voice().map(
    (x, i) =>
      x + level * (Math.sin((2 * Math.PI * 50 * i) / second) + 0.5 * Math.sin((2 * Math.PI * 150 * i) / second)),
  )

/** Six harmonics at cycle `phase` of the pitch. */
const buzz = (phase: number): number =>
  [1, 2, 3, 4, 5, 6].reduce((sum, k) => sum + Math.sin(2 * Math.PI * k * phase) / k, 0)

const spoken = (i: number): boolean => i > 8_000 && i < 40_000

/** Someone whose pitch glides from one hertz to another, in a quiet room, from 0.5 to 2.5 s. */
const glide = (from: number, to: number): Float32Array => {
  const quiet = noise(3, 0.003)
  let phase = 0
  return quiet.map((r, i) => {
    phase += (from + ((to - from) * i) / quiet.length) / second
    return r + (spoken(i) ? 0.1 * buzz(phase) : 0)
  })
}

describe('promise 3: a doubtful recording is marked, a bad one refused', () => {
  test('a voice in a quiet room is good', () => {
    const report = measureQuality(voice(), CLEAN)
    expect(report).toMatchObject({ verdict: 'good', findings: [], durationMs: 3000, droppedMs: 0, clippedShare: 0 })
    expect(report.activeMs).toBeGreaterThan(1950)
    expect(report.activeMs).toBeLessThan(2050)
    // A buzz of power 0.04 * sum(1 / k²) / 2 in noise of power 0.003² / 3.
    expect(report.snrDb).toBeGreaterThan(38)
    expect(report.snrDb).toBeLessThan(42)
  })

  test('a voice held from end to end, without a room to compare with, is good', () => {
    expect(findings(voice().subarray(0.6 * second, 2.4 * second + 0.4 * second))).toEqual([])
  })

  test.each([
    { why: 'nothing', samples: new Float32Array(0), expected: ['too-short: refusal'] },
    { why: 'half a second', samples: voice().slice(second, 1.5 * second), expected: ['too-short: refusal'] },
    { why: 'a second and a half', samples: voice().slice(0, 1.9 * second), expected: ['too-short: warning'] },
    { why: 'digital silence', samples: new Float32Array(3 * second), expected: ['silent: refusal'] },
    { why: 'a muted microphone', samples: noise(3, 0.0005), expected: ['silent: refusal'] },
    { why: 'a distant voice', samples: voice().map((x) => x / 50), expected: ['too-quiet: warning'] },
    { why: 'white noise', samples: noise(3, 0.3), expected: ['little-speech: refusal'] },
    {
      why: 'noise that comes and goes',
      samples: noise(3, 0.3).map((x, i) => (Math.floor(i / 4000) % 2 ? x : x / 50)),
      expected: ['little-speech: refusal'],
    },
    {
      why: 'one short word',
      samples: voice().map((x, i) => (i < 0.9 * second ? x : x / 1000)),
      expected: ['little-speech: refusal'],
    },
  ])('$why: $expected', ({ samples, expected }) => {
    expect(findings(samples)).toEqual(expected)
  })

  test('clipping is a warning from 0.1 % and a refusal from 2 % of the samples, in runs of three', () => {
    expect(findings(clipped(300, 2))).toEqual([])
    expect(findings(clipped(15, 3))).toEqual([])
    expect(findings(clipped(16, 3))).toEqual(['clipped: warning'])
    expect(findings(clipped(320, 3))).toEqual(['clipped: refusal'])
  })

  test('a dropped block inside sound is a warning, many a refusal, zeros at either end nothing', () => {
    expect(findings(dropped([0, 1120], [47_000, 48_000]))).toEqual([])
    expect(findings(dropped([20_000, 20_127]))).toEqual([])
    expect(findings(dropped([20_000, 20_160]))).toEqual(['dropped-samples: warning'])
    expect(measureQuality(dropped([20_000, 20_160]), CLEAN)).toMatchObject({ droppedMs: 10, droppedBlocks: 1 })
    expect(measureQuality(dropped([20_000, 20_160], [30_000, 30_160]), CLEAN).droppedBlocks).toBe(2)
    expect(findings(dropped([20_000, 20_500], [30_000, 30_500]))).toEqual(['dropped-samples: refusal'])
  })

  test('against the recording of the room the voice must stand out: a warning below 10 dB, a refusal below 3', () => {
    // The buzz lies at about -19 dBFS while it sounds.
    expect(findings(voice(), { ...CLEAN, roomDbfs: -60 })).toEqual([])
    expect(findings(voice(), { ...CLEAN, roomDbfs: -25 })).toEqual(['noisy: warning'])
    expect(findings(voice(), { ...CLEAN, roomDbfs: -19 })).toEqual(['noisy: refusal'])
    expect(measureQuality(voice(), { ...CLEAN, roomDbfs: -25 }).snrFrom).toBe('ambient-take')
    expect(measureQuality(voice(), { ...CLEAN, roomDbfs: -90 }).snrFrom).toBe('pauses')
  })

  test('a voice no louder than a quiet room is too far away', () => {
    const far = voice().map((x) => x / 100)
    const room = noise(3, 0.004)
    expect(findings(far.map((x, i) => x + room[i]))).toEqual(['too-far: refusal'])
  })

  test('hum of the mains is told by its level in the quiet moments', () => {
    expect(findings(hum(0.02))).toContain('hum: warning')
    expect(findings(hum(0.0005))).toEqual([])
    // 0.02² / 2 + 0.01² / 2 of mean square.
    expect(measureQuality(hum(0.02), CLEAN).humDbfs).toBeCloseTo(10 * Math.log10(0.0002 + 0.00005), 0)
  })

  test('a chord under the voice is a suspicion of music, a second pitch one of a second voice', () => {
    const chord = voice().map((x, i) =>
      [784, 988, 1319].reduce((sum, hz) => sum + 0.03 * Math.sin((2 * Math.PI * hz * i) / second), x),
    )
    expect(findings(chord)).toContain('music: warning')
    // Two people whose pitches glide apart.
    const one = glide(110, 118)
    const two = glide(188, 204)
    expect(findings(one)).toEqual([])
    expect(findings(one.map((x, i) => x + 0.6 * two[i]))).toContain('second-voice: warning')
  })

  test('telephone quality is told by what is missing above 4 kHz', () => {
    const hiss = noise(3, 0.01)
    // Four taps of [1 1] / 2, and again: nothing but rounding is left at the top of the band.
    let low = voice().map((x, i) => x + hiss[i])
    for (let pass = 0; pass < 60; pass++) low = low.map((x, i) => (x + (low[i - 1] ?? 0)) / 2)
    const loud = low.map((x) => 2 * x)
    expect(findings(voice().map((x, i) => x + hiss[i]))).toEqual([])
    expect(findings(loud)).toContain('narrow-band: warning')
  })

  test('a held vowel may be as steady as music, but not of two voices, nor through a telephone', () => {
    const vowel = { ...CLEAN, expects: 'vowel' } as const
    const held = glide(150, 150)
    expect(findings(held)).toContain('music: warning')
    expect(findings(held, vowel)).toEqual([])
    const two = glide(188, 204)
    expect(findings(glide(110, 118), vowel)).toEqual([])
    expect(
      findings(
        glide(110, 118).map((x, i) => x + 0.6 * two[i]),
        vowel,
      ),
    ).toContain('second-voice: warning')
    const hiss = noise(3, 0.01)
    let low = voice().map((x, i) => x + hiss[i])
    for (let pass = 0; pass < 60; pass++) low = low.map((x, i) => (x + (low[i - 1] ?? 0)) / 2)
    expect(
      findings(
        low.map((x) => 2 * x),
        vowel,
      ),
    ).toContain('narrow-band: warning')
  })

  test('the room is judged as a room: quiet is right, a conversation or a dead microphone is not', () => {
    const room = { ...CLEAN, expects: 'room' } as const
    expect(findings(noise(10, 0.002), room)).toEqual([])
    expect(findings(voice(), room)).toEqual(['voices-in-room: warning'])
    expect(findings(noise(10, 0.00003), room)).toEqual(['silent: refusal'])
  })

  test('the task’s own shortest and longest time, and the speech detector’s word, are heard', () => {
    expect(findings(voice(), { ...CLEAN, shortestMs: 5000 })).toEqual(['too-short: warning'])
    expect(findings(voice(), { ...CLEAN, endedAtLongest: true })).toEqual(['too-long: warning'])
    // Nobody is told that what came is enough where nothing came.
    expect(findings(new Float32Array(5 * second), { ...CLEAN, endedAtLongest: true })).toEqual(['silent: refusal'])
    expect(findings(voice(), { ...CLEAN, speechMs: 300 })).toEqual(['little-speech: refusal'])
    // A held vowel is no speech to the detector.
    expect(findings(voice(), { ...CLEAN, speechMs: 0, expects: 'vowel' })).toEqual([])
  })

  test('processing by the browser and an interruption are warnings', () => {
    expect(findings(voice(), { interrupted: true, processedByBrowser: true })).toEqual([
      'processed-by-browser: warning',
      'interrupted: warning',
    ])
    expect(measureQuality(voice(), { interrupted: true, processedByBrowser: false }).verdict).toBe('fair')
  })

  test('the report while recording is the report of the whole recording', () => {
    const samples = voice()
    samples.fill(0, 20_000, 20_160)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        const meter = createQualityMeter()
        for (let at = 0, turn = 0; at < samples.length; turn++) {
          const size = sizes[turn % sizes.length]
          meter.push(samples.subarray(at, at + size))
          at += size
        }
        expect(meter.report(CLEAN)).toEqual(measureQuality(samples, CLEAN))
      }),
      { numRuns: 5 },
    )
  })
})
