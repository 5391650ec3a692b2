/** Figures of a recording's sound by which inputs are compared: they are in every quality report. */
export const DESCRIPTORS = ['durationMs', 'activeMs', 'rmsDbfs', 'peakDbfs', 'snrDb'] as const
export type Descriptor = (typeof DESCRIPTORS)[number]

/** Share of undisturbed weeks of a site in which drift is reported all the same; over all descriptors together. */
export const FALSE_ALARM_RATE = 0.01
/** Fewer recordings of a week say nothing. */
export const LEAST_RECORDINGS = 20

export interface Drift {
  readonly descriptor: Descriptor
  /** The largest distance between the two distribution functions, 0..1. */
  readonly distance: number
  /** Of a distance so large where nothing has changed. */
  readonly p: number
  readonly drifted: boolean
  readonly recordings: number
}

/**
 * Whether a week's recordings sound like those the model learned from: a two-sample Kolmogorov-Smirnov test for each descriptor, held to
 * the false-alarm rate over all of them (Bonferroni 1936: with correlated descriptors there are fewer alarms, never more).
 *
 * @returns empty where either side has too few.
 */
export function driftOf(
  week: readonly Readonly<Record<Descriptor, number>>[],
  reference: readonly Readonly<Record<Descriptor, number>>[],
): Drift[] {
  if (week.length < LEAST_RECORDINGS || reference.length < LEAST_RECORDINGS) return []
  return DESCRIPTORS.map((descriptor) => {
    const distance = ksDistance(
      week.map((one) => one[descriptor]),
      reference.map((one) => one[descriptor]),
    )
    const p = ksP(distance, week.length, reference.length)
    return { descriptor, distance, p, drifted: p < FALSE_ALARM_RATE / DESCRIPTORS.length, recordings: week.length }
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
