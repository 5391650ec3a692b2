/** What validation decides about reading a model's logits; the test participants are never looked at for it. */

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))

/** Fewer validation participants say too little about calibration: the logits are left as they are. */
export const LEAST_PARTICIPANTS_TO_CALIBRATE = 10

export interface ScoredRecording {
  readonly participantId: string
  readonly label: 0 | 1
  /** One a window. */
  readonly logits: readonly number[]
}

/** A recording's probability: the mean over its windows of sigmoid(logit / temperature). */
export const recordingProbability = (logits: readonly number[], temperature: number): number =>
  logits.reduce((sum, logit) => sum + sigmoid(logit / temperature), 0) / logits.length

/**
 * Temperature scaling (Guo et al. 2017, arXiv:1706.04599): the one number by which logits are divided so that the recordings'
 * cross-entropy is least; golden-section search on its logarithm, between 1/10 and 10.
 */
export function fitTemperature(recordings: readonly ScoredRecording[]): number {
  const participants = new Set(recordings.map(({ participantId }) => participantId))
  if (participants.size < LEAST_PARTICIPANTS_TO_CALIBRATE) return 1
  const loss = (logTemperature: number) =>
    recordings.reduce((sum, { logits, label }) => {
      const probability = recordingProbability(logits, Math.exp(logTemperature))
      return sum - Math.log(Math.max(1e-12, label === 1 ? probability : 1 - probability))
    }, 0)
  return Math.exp(goldenSection(loss, Math.log(0.1), Math.log(10)))
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

/** Half the width of the band of scores that say "uncertain". */
const UNCERTAIN_MARGIN = 0.1

export const uncertainBand = (threshold: number): { from: number; to: number } => ({
  from: Math.max(0, threshold - UNCERTAIN_MARGIN),
  to: Math.min(1, threshold + UNCERTAIN_MARGIN),
})
