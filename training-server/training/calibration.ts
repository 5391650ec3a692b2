import { recordingProbability, type Calibration, type Isotonic } from '@spira/shared/model/calibration.ts'

/** What validation decides about reading a model's logits; the test participants are never looked at for it. */

/** Fewer validation participants say too little about calibration: the logits are left as they are. */
export const LEAST_PARTICIPANTS_TO_CALIBRATE = 10

export interface ScoredRecording {
  readonly participantId: string
  readonly label: 0 | 1
  /** One a window. */
  readonly logits: readonly number[]
}

/** By the experiment's kind; the raw scores where there are too few participants. */
export function fitCalibration(recordings: readonly ScoredRecording[], kind: 'temperature' | 'isotonic'): Calibration {
  if (kind === 'temperature') return { temperature: fitTemperature(recordings) }
  const isotonic = fitIsotonic(recordings)
  return isotonic === null ? { temperature: 1 } : { temperature: 1, isotonic }
}

const tooFew = (recordings: readonly ScoredRecording[]): boolean =>
  new Set(recordings.map(({ participantId }) => participantId)).size < LEAST_PARTICIPANTS_TO_CALIBRATE

/**
 * Temperature scaling (Guo et al. 2017, arXiv:1706.04599): the one number by which logits are divided so that the recordings'
 * cross-entropy is least; golden-section search on its logarithm, between 1/10 and 10.
 */
export function fitTemperature(recordings: readonly ScoredRecording[]): number {
  if (tooFew(recordings)) return 1
  const loss = (logTemperature: number) =>
    recordings.reduce((sum, { logits, label }) => {
      const probability = recordingProbability(logits, { temperature: Math.exp(logTemperature) })
      return sum - Math.log(Math.max(1e-12, label === 1 ? probability : 1 - probability))
    }, 0)
  return Math.exp(goldenSection(loss, Math.log(0.1), Math.log(10)))
}

/**
 * Isotonic regression of the label on the recordings' scores (Zadrozny & Elkan 2002): the rising line with the least squares, a point at both
 * ends of each level. Never nearer to 0 or 1 than one more recording of the other class would leave it, (n + 1) / (n + 2) of n.
 *
 * @returns null with too few participants.
 */
export function fitIsotonic(recordings: readonly ScoredRecording[]): Isotonic | null {
  if (tooFew(recordings)) return null
  const scores = Map.groupBy(recordings, ({ logits }) => recordingProbability(logits, { temperature: 1 }))
  const places = [...scores].sort(([a], [b]) => a - b)
  const levels = risingLevels(
    places.map(([, own]) => ({ mean: own.reduce((sum, { label }) => sum + label, 0) / own.length, count: own.length })),
  )
  const least = 1 / (recordings.length + 2)
  const isotonic: Isotonic = { from: [], to: [] }
  let at = 0
  for (const { mean, places: together } of levels) {
    for (const place of new Set([places[at], places[at + together - 1]])) {
      if (place === undefined) continue
      isotonic.from.push(place[0])
      isotonic.to.push(Math.min(1 - least, Math.max(least, mean)))
    }
    at += together
  }
  return isotonic
}

/**
 * Pools neighbours that fall until none does (Ayer et al. 1955).
 *
 * @param values in order, each with the number of recordings it is the mean of.
 * @returns the levels in order, each with the number of values it stands for.
 */
export function risingLevels(
  values: readonly { readonly mean: number; readonly count: number }[],
): { mean: number; count: number; places: number }[] {
  const levels: { mean: number; count: number; places: number }[] = []
  for (const value of values) {
    let level = { ...value, places: 1 }
    for (let last = levels.at(-1); last !== undefined && last.mean >= level.mean; last = levels.at(-1)) {
      const count = last.count + level.count
      const mean = (last.mean * last.count + level.mean * level.count) / count
      level = { mean, count, places: last.places + level.places }
      levels.pop()
    }
    levels.push(level)
  }
  return levels
}

/** Place of the minimum of a function with one minimum in [from, to], to 1e-4 (Kiefer 1953). */
export function goldenSection(loss: (at: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = [from, to]
  while (high - low > 1e-4) {
    const left = high - ratio * (high - low)
    const right = low + ratio * (high - low)
    if (loss(left) <= loss(right)) high = right
    else low = left
  }
  return (low + high) / 2
}

/**
 * The threshold with the largest sensitivity + specificity - 1 (Youden 1950), in the middle between two neighbouring scores.
 * Of equally good ones the lowest: a screening test rather alarms once too often. A score at the threshold counts as present.
 */
export function youdenThreshold(scores: readonly { readonly label: 0 | 1; readonly probability: number }[]): number {
  const values = [...new Set(scores.map(({ probability }) => probability))].sort((a, b) => a - b)
  const positives = scores.filter(({ label }) => label === 1).length
  const negatives = scores.length - positives
  let best = { threshold: 0.5, index: -Infinity }
  for (const [at, value] of values.entries()) {
    if (at === 0) continue
    const threshold = (value + (values[at - 1] ?? value)) / 2
    const caught = scores.filter(({ label, probability }) => label === 1 && probability >= threshold).length
    const spared = scores.filter(({ label, probability }) => label === 0 && probability < threshold).length
    const index = caught / positives + spared / negatives - 1
    if (index > best.index) best = { threshold, index }
  }
  return best.threshold
}

/** Scores so near to the threshold that they say "uncertain". */
export const uncertainBand = (threshold: number, margin: number): { from: number; to: number } => ({
  from: Math.max(0, threshold - margin),
  to: Math.min(1, threshold + margin),
})
