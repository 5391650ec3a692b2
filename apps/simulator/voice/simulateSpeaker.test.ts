import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { planCohort, recordMember } from '../cohort/cohort.ts'
import { simulateSpeaker, type SimulationRequest } from './simulateSpeaker.ts'

const sha256 = (samples: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(samples.buffer)).digest('hex')

/** Share of (present, absent) pairs that the value puts in order, ties counted half: the area under the ROC curve. */
const auc = (present: readonly number[], absent: readonly number[]): number => {
  const ordered = present.map((p) => absent.reduce((sum, a) => sum + (p > a ? 1 : p === a ? 0.5 : 0), 0))
  return ordered.reduce((sum, x) => sum + x, 0) / (present.length * absent.length)
}

const level = (samples: Float32Array): number =>
  20 * Math.log10(Math.sqrt(samples.reduce((s, x) => s + x * x, 0) / samples.length))

const request = {
  seed: 7,
  condition: 'present',
  task: 'read-sentence',
  seconds: 5,
} as const satisfies SimulationRequest

test('the same seed gives the same samples, another seed others', async () => {
  const first = sha256((await simulateSpeaker(request)).samples)
  expect(sha256((await simulateSpeaker(request)).samples)).toBe(first)
  expect(sha256((await simulateSpeaker({ ...request, seed: 8 })).samples)).not.toBe(first)
})

test('a recording is as long as asked, within full scale and never digitally silent', async () => {
  for (const task of [
    'read-sentence',
    'sustained-vowel',
    'nursery-rhyme',
    'free-speech',
    'spoken-consent',
    'ambient-noise',
  ] as const) {
    const { samples } = await simulateSpeaker({ ...request, task, seconds: 4 })
    expect(samples.length).toBe(64_000)
    expect(samples.every((x) => Number.isFinite(x) && Math.abs(x) <= 0.98)).toBe(true)
    let zeros = 0
    let longest = 0
    for (const x of samples) longest = Math.max(longest, (zeros = x === 0 ? zeros + 1 : 0))
    expect(longest, `run of exact zeros in ${task}`).toBeLessThan(100)
  }
})

test('48 kHz is the same speech at another rate', async () => {
  const low = await simulateSpeaker(request)
  const high = await simulateSpeaker({ ...request, sampleRateHz: 48_000 })
  expect(high.samples.length).toBe(3 * low.samples.length)
  expect(high.truth.plan).toEqual(low.truth.plan)
  expect(Math.abs(level(high.samples) - level(low.samples))).toBeLessThan(2)
})

test('pauses are where the truth says they are', async () => {
  const { samples, truth } = await simulateSpeaker({ ...request, seconds: 8 })
  expect(truth.pauses).toBe(truth.plan.pauses.length)
  const part = (from: number, to: number): Float32Array =>
    samples.subarray(Math.round(from * 16_000), Math.round(to * 16_000))
  for (const { startSeconds, endSeconds } of truth.plan.pauses) {
    // The room rings on for a moment.
    const inside = level(part(startSeconds + 0.12, endSeconds))
    expect(inside).toBeLessThan(level(samples) - 6)
  }
})

test('room, level, noise and length do not know the condition', async () => {
  for (const seed of [1, 2, 3]) {
    const [present, absent] = await Promise.all(
      (['present', 'absent'] as const).map((condition) => simulateSpeaker({ seed, condition, task: 'read-sentence' })),
    )
    expect(present?.samples.length).toBe(absent?.samples.length)
    expect(present?.truth.scene).toEqual(absent?.truth.scene)
    expect(present?.truth.wardSounds).toEqual(absent?.truth.wardSounds)
  }
})

test('pauses tell the conditions apart, though not always; level, length and noise do not', async () => {
  const cohort = await Promise.all(planCohort(80, 4).map((member) => recordMember(member, 'read-sentence')))
  const of = (measure: (one: (typeof cohort)[number]) => number): number =>
    auc(
      cohort.filter((one) => one.truth.condition === 'present').map(measure),
      cohort.filter((one) => one.truth.condition === 'absent').map(measure),
    )
  const byPauses = of((one) => one.truth.pauses)
  expect(byPauses).toBeGreaterThan(0.7)
  expect(byPauses).toBeLessThan(0.97)
  // With 40 against 40 the standard error of an area of 0.5 is 0.065.
  for (const measure of [
    of((one) => one.samples.length),
    of((one) => one.truth.scene.snrDb),
    of((one) => one.truth.scene.roomLevel),
    of((one) => one.truth.wardSounds.length),
    of((one) => one.participant.ageYears),
  ]) {
    expect(measure).toBeGreaterThan(0.3)
    expect(measure).toBeLessThan(0.7)
  }
}, 120_000)
