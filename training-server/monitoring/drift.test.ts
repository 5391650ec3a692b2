import { describe, expect, test } from 'vitest'
import { RandomStream } from '../training/randomStream.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import {
  DESCRIPTORS,
  driftOf,
  driftOfWeek,
  FALSE_ALARM_RATE,
  ksDistance,
  ksP,
  LEAST_OF_SITE,
  soundOfEach,
  type Descriptor,
  type Heard,
} from './drift.ts'

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

const HOUR = 3_600_000
const MONDAY = new Date('2026-11-23T00:00:00Z')
const after = (hours: number) => new Date(MONDAY.getTime() + hours * HOUR)

/** People with one to four recordings each: where `alike`, four that are the same to the last figure. */
function visits(people: number, random: RandomStream, { alike = false, louder = 0, siteId = 'ward A' } = {}) {
  const heard: (Heard & { readonly filedAt: Date })[] = []
  for (const person of sounds(people, random, louder)) {
    const participantId = newId()
    const again = alike ? Array(4).fill(person) : [person, ...sounds(random.index(4), random, louder)]
    // Most come in during the week, hour by hour; some days after its end.
    for (const sound of again as (typeof person)[])
      heard.push({ recordingId: newId(), participantId, siteId, sound, filedAt: after(random.index(290)) })
  }
  return heard
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

  test(`looked at every hour, with several recordings of a person and some that come late, ${WEEKS / 2} undisturbed weeks keep the rate`, () => {
    const random = new RandomStream(4, 'weeks')
    const reference = visits(300, random)
    let [alarms, withLooks] = [0, 0]
    for (let week = 0; week < WEEKS / 2; week += 1) {
      const heard = visits(20 + random.index(41), random, { alike: week % 2 === 0 })
      heard.sort((one, other) => one.filedAt.getTime() - other.filedAt.getTime())
      let [alarmed, looks, there] = [false, 0, 0]
      for (let hour = 1; hour <= 12 * 24; hour += 1) {
        // Once it is judged every look costs: those at midnight, to keep this quick.
        if (hour > 10 * 24 && hour % 24 !== 0) continue
        const now = after(hour)
        while ((heard[there]?.filedAt ?? Infinity) <= now) there += 1
        const drift = driftOfWeek(MONDAY, now, heard.slice(0, there), reference)
        if (drift.length > 0) looks += 1
        alarmed ||= drift.some(({ drifted }) => drifted)
      }
      if (looks > 0) withLooks += 1
      if (alarmed) alarms += 1
    }
    process.stdout.write(`false alarms, hourly looks: ${alarms} of ${withLooks} judged weeks\n`)
    expect(withLooks).toBeGreaterThan(0.45 * WEEKS)
    expect(alarms / withLooks).toBeLessThan(FALSE_ALARM_RATE + 3 * Math.sqrt((FALSE_ALARM_RATE * 0.99) / withLooks))
  })

  test('ten people with four recordings each are ten people: too few, not forty', () => {
    const random = new RandomStream(5, 'weeks')
    const ten = visits(10, random, { alike: true })
    expect(ten).toHaveLength(40)
    expect(soundOfEach(ten)).toHaveLength(10)
    const early = ten.map((one) => ({ ...one, filedAt: after(1) }))
    expect(driftOfWeek(MONDAY, after(300), early, visits(300, random))).toEqual([])
  })

  test('a week is judged three days after its end, by what was there then', () => {
    const random = new RandomStream(6, 'weeks')
    const reference = visits(300, random)
    const quiet = visits(40, random).map((one) => ({ ...one, filedAt: after(100) }))
    const loudAndLate = visits(40, random, { louder: 12 }).map((one) => ({ ...one, filedAt: after(241) }))
    expect(driftOfWeek(MONDAY, after(239), quiet, reference)).toEqual([])
    const judged = driftOfWeek(MONDAY, after(240), quiet, reference)
    expect(judged).toMatchObject(DESCRIPTORS.map((descriptor) => ({ descriptor, participants: 40, drifted: false })))
    expect(driftOfWeek(MONDAY, after(300), [...quiet, ...loudAndLate], reference)).toEqual(judged)
  })

  test('a site that always was louder is compared with its own part of the reference where that has people enough', () => {
    const random = new RandomStream(7, 'weeks')
    const others = visits(300, random, { siteId: 'ward B' })
    const week = visits(40, random, { louder: 12 }).map((one) => ({ ...one, filedAt: after(1) }))
    const drifted = (own: number) =>
      driftOfWeek(MONDAY, after(240), week, [...others, ...visits(own, random, { louder: 12 })]).some(
        (one) => one.drifted,
      )
    expect(drifted(LEAST_OF_SITE - 1)).toBe(true)
    expect(drifted(LEAST_OF_SITE)).toBe(false)
  })

  test('microphones that are 6 dB louder are found nearly always', () => {
    const random = new RandomStream(2, 'weeks')
    const reference = sounds(400, random)
    let found = 0
    for (let week = 0; week < 200; week += 1)
      if (driftOf(sounds(40, random, 6), reference).some(({ drifted }) => drifted)) found += 1
    expect(found).toBeGreaterThan(190)
  })

  test('with few people nothing is said', () => {
    const random = new RandomStream(3, 'weeks')
    expect(driftOf(sounds(19, random), sounds(400, random))).toEqual([])
    expect(driftOf(sounds(20, random), sounds(400, random)).map(({ descriptor }) => descriptor)).toEqual([
      ...DESCRIPTORS,
    ])
  })
})
