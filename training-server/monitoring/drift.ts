/** Figures of a recording's sound by which inputs are compared: they are in every quality report. */
export const DESCRIPTORS = ['durationMs', 'activeMs', 'rmsDbfs', 'peakDbfs', 'snrDb'] as const
export type Descriptor = (typeof DESCRIPTORS)[number]

export type Sound = Readonly<Record<Descriptor, number>>

/** Share of undisturbed weeks of a site in which drift is reported all the same; over all descriptors together, looked at hourly. */
export const FALSE_ALARM_RATE = 0.01
/** Fewer people in a week say nothing. */
export const LEAST_PARTICIPANTS = 20
/** So many people of the site itself among those the model learned from, and the site is compared with them alone. */
export const LEAST_OF_SITE = 60
/** After the week's end: what a device without a network sends later is not waited for. */
const WAIT_FOR_LATE_MS = 3 * 24 * 3_600_000
const WEEK_MS = 7 * 24 * 3_600_000

/** One recording's sound, and whose it is. */
export interface Heard {
  readonly recordingId: string
  readonly participantId: string
  readonly siteId: string
  readonly sound: Sound
}

export interface Drift {
  readonly descriptor: Descriptor
  /** The largest distance between the two distribution functions, 0..1. */
  readonly distance: number
  /** Of a distance so large where nothing has changed. */
  readonly p: number
  readonly drifted: boolean
  readonly participants: number
}

/**
 * Whether what a site's model heard in a week sounds like what it learned from. A week is judged once: when it is over and what came late
 * was waited for, by what had arrived until then, so that a look every hour is still one look. The rate holds for a site that sounds like
 * the reference: with too few people of its own in it, a site that always sounded otherwise is told of.
 *
 * @param monday of the week, UTC. @param week with when each was filed. @returns empty before that, and where either side has too few.
 */
export function driftOfWeek(
  monday: Date,
  now: Date,
  week: readonly (Heard & { readonly filedAt: Date })[],
  reference: readonly Heard[],
): Drift[] {
  const judgedAt = monday.getTime() + WEEK_MS + WAIT_FOR_LATE_MS
  if (now.getTime() < judgedAt) return []
  const heard = week.filter(({ filedAt }) => filedAt.getTime() < judgedAt)
  const own = soundOfEach(reference.filter(({ siteId }) => siteId === heard[0]?.siteId))
  return driftOf(soundOfEach(heard), own.length >= LEAST_OF_SITE ? own : soundOfEach(reference))
}

/**
 * One recording of each person, chosen by the random end of its id: recordings of one person are not independent. Not their mean: means of
 * four and single recordings differ in spread where nothing has changed (3.7 % false alarms instead of 1 where a person's recordings vary
 * as much as people do).
 */
export function soundOfEach(heard: readonly Heard[]): Sound[] {
  const chosen = new Map<string, Heard>()
  for (const one of heard) {
    const before = chosen.get(one.participantId)
    if (before === undefined || lot(one) < lot(before)) chosen.set(one.participantId, one)
  }
  return [...chosen.values()].map(({ sound }) => sound)
}

const lot = ({ recordingId }: Heard): string => recordingId.slice(-12)

/**
 * Whether people of a week sound like those the model learned from, one recording each: a two-sample Kolmogorov-Smirnov test for each
 * descriptor, held to the false-alarm rate over all of them (Bonferroni 1936: with correlated descriptors there are fewer alarms, never more).
 *
 * @returns empty where either side has too few.
 */
export function driftOf(week: readonly Sound[], reference: readonly Sound[]): Drift[] {
  if (week.length < LEAST_PARTICIPANTS || reference.length < LEAST_PARTICIPANTS) return []
  return DESCRIPTORS.map((descriptor) => {
    const distance = ksDistance(
      week.map((one) => one[descriptor]),
      reference.map((one) => one[descriptor]),
    )
    const p = ksP(distance, week.length, reference.length)
    return { descriptor, distance, p, drifted: p < FALSE_ALARM_RATE / DESCRIPTORS.length, participants: week.length }
  })
}

/** Largest distance between two empirical distribution functions; ties are stepped over together. */
export function ksDistance(one: readonly number[], other: readonly number[]): number {
  const a = one.toSorted((x, y) => x - y)
  const b = other.toSorted((x, y) => x - y)
  let [i, j, largest] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    while (i < a.length && a[i] === at) i += 1
    while (j < b.length && b[j] === at) j += 1
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}

/** Asymptotic two-sided p of a two-sample distance, with Stephens' correction for small samples (Stephens 1970). */
export function ksP(distance: number, n: number, m: number): number {
  const effective = Math.sqrt((n * m) / (n + m))
  const lambda = (effective + 0.12 + 0.11 / effective) * distance
  // The series does not converge at 0, where p is 1.
  if (lambda < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k += 1) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda)
  return Math.min(1, Math.max(0, sum))
}
