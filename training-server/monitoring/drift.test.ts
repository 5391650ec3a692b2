import { describe, expect, test } from 'vitest'
import { RandomStream } from '../training/randomStream.ts'
import { DESCRIPTORS, driftOf, FALSE_ALARM_RATE, ksDistance, ksP, type Descriptor } from './drift.ts'

const WEEKS = 2000

/** Descriptors that hang together as those of speech do: a loud recording has a high peak and a better ratio to its noise. */
function sounds(count: number, random: RandomStream, louder = 0): Record<Descriptor, number>[] {
  const draws = random.uniform(count * 4, -1, 1)
  return Array.from({ length: count }, (_, at) => {
    const [length = 0, level = 0, noise = 0, pauses = 0] = draws.subarray(4 * at, 4 * at + 4)
    const rmsDbfs = -24 + 6 * level + louder
    return {
      durationMs: Math.round(7000 + 2500 * length),
      activeMs: Math.round(4000 + 1500 * length - 800 * pauses),
      rmsDbfs,
      peakDbfs: Math.min(0, rmsDbfs + 16 + noise),
      snrDb: 22 + 6 * level - 5 * noise,
    }
  })
}

/** Of Kolmogorov's own distribution: samples so large that the correction for small ones is nothing. */
const asymptotic = (lambda: number) => ksP(lambda / (1e4 + 0.12 + 0.11 / 1e4), 2e8, 2e8)

describe('drift of the inputs', () => {
  // By hand: of 1..10 and 4.5..13.5 four of ten lie before the first of the others.
  test('distance and p are those of the textbook', () => {
    const one = Array.from({ length: 10 }, (_, at) => at + 1)
    expect(
      ksDistance(
        one,
        one.map((value) => value + 3.5),
      ),
    ).toBeCloseTo(0.4, 12)
    expect(ksDistance(one, one)).toBe(0)
    expect(ksDistance([1, 1, 1, 2], [1, 1, 2, 2])).toBeCloseTo(0.25, 12)
    // 1.3581 and 1.6276 are the 5 % and 1 % points of Kolmogorov's distribution (Smirnov 1948).
    expect(asymptotic(1.3581)).toBeCloseTo(0.05, 4)
    expect(asymptotic(1.6276)).toBeCloseTo(0.01, 4)
  })

  test(`in ${WEEKS} weeks in which nothing changes, no more are reported than the stated rate allows`, () => {
    const random = new RandomStream(1, 'weeks')
    const reference = sounds(400, random)
    let alarms = 0
    for (let week = 0; week < WEEKS; week += 1)
      if (driftOf(sounds(40, random), reference).some(({ drifted }) => drifted)) alarms += 1
    process.stdout.write(`false alarms: ${alarms} of ${WEEKS} weeks (stated: ${100 * FALSE_ALARM_RATE} %)\n`)
    // Three standard deviations of a binomial share above it.
    expect(alarms / WEEKS).toBeLessThan(FALSE_ALARM_RATE + 3 * Math.sqrt((FALSE_ALARM_RATE * 0.99) / WEEKS))
  })

  test('microphones that are 6 dB louder are found nearly always', () => {
    const random = new RandomStream(2, 'weeks')
    const reference = sounds(400, random)
    let found = 0
    for (let week = 0; week < 200; week += 1)
      if (driftOf(sounds(40, random, 6), reference).some(({ drifted }) => drifted)) found += 1
    expect(found).toBeGreaterThan(190)
  })

  test('with few recordings nothing is said', () => {
    const random = new RandomStream(3, 'weeks')
    expect(driftOf(sounds(19, random), sounds(400, random))).toEqual([])
    expect(driftOf(sounds(20, random), sounds(400, random)).map(({ descriptor }) => descriptor)).toEqual([
      ...DESCRIPTORS,
    ])
  })
})
