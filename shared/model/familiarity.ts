import type { Assessment } from '../protocol/records.ts'
import type { ModelManifest } from './manifest.ts'

/** Of the recordings a model learned from, and of those held back, this share lies within the limit. */
const SHARE_WITHIN = 0.99
/** A value that never varied in training would make every other recording infinitely strange. */
const LEAST_DEVIATION = 1e-6

type Familiarity = NonNullable<ModelManifest['familiarity']>

/** Whether a recording is too unlike those the model learned from to be judged; false where the model cannot tell. */
export const isUnlike = (familiarity: Assessment['familiarity'] | null): boolean =>
  familiarity !== undefined && familiarity !== null && familiarity.distance > familiarity.limit

/** Sums up the features of one recording, window by window, to what it sounds like on the whole. */
export interface FeatureProfile {
  /** @param features [frames][bins] of one window. */
  add(features: Float32Array): void
  /** [2 bins]: each bin's mean over all frames, then each bin's standard deviation. Null before the first window. */
  read(): Float64Array | null
}

export const createFeatureProfile = (bins: number): FeatureProfile => {
  const sums = new Float64Array(bins)
  const squares = new Float64Array(bins)
  let frames = 0
  return {
    add: (features) => {
      for (let at = 0; at < features.length; at += bins) {
        for (let bin = 0; bin < bins; bin++) {
          const value = features[at + bin]
          sums[bin] += value
          squares[bin] += value * value
        }
        frames++
      }
    },
    read: () => {
      if (frames === 0) return null
      const profile = new Float64Array(2 * bins)
      for (let bin = 0; bin < bins; bin++) {
        const mean = sums[bin] / frames
        profile[bin] = mean
        profile[bins + bin] = Math.sqrt(Math.max(0, squares[bin] / frames - mean * mean))
      }
      return profile
    },
  }
}

/**
 * How far a recording lies from those a model learned from: the root mean square of its profile's deviations, each counted in standard
 * deviations of training (the Mahalanobis distance with a diagonal covariance, by the root of the dimensions). Near 1 is usual.
 *
 * @throws RangeError when the profile has another length than the model's.
 */
export const familiarityDistance = ({ mean, deviation }: Familiarity, profile: Float64Array): number => {
  if (profile.length !== mean.length)
    throw new RangeError(`A profile of ${profile.length} values, ${mean.length} are known`)
  const sum = profile.reduce((total, value, at) => total + ((value - mean[at]) / deviation[at]) ** 2, 0)
  return Math.sqrt(sum / profile.length)
}

/**
 * What a model's manifest says of the recordings it learned from. The limit is of those and of `heldBack`, which the model has not fitted:
 * what is new to it lies farther away even when it is of the same kind.
 *
 * @throws RangeError with fewer than two profiles.
 */
export const fitFamiliarity = (
  profiles: readonly Float64Array[],
  heldBack: readonly Float64Array[] = [],
): Familiarity => {
  const [first] = profiles
  if (first === undefined || profiles.length < 2) throw new RangeError('Two recordings at least say what is usual')
  const mean = Array.from(first, (_, at) => profiles.reduce((sum, profile) => sum + profile[at], 0) / profiles.length)
  const deviation = mean.map((middle, at) => {
    const squares = profiles.reduce((sum, profile) => sum + (profile[at] - middle) ** 2, 0)
    return Math.max(LEAST_DEVIATION, Math.sqrt(squares / (profiles.length - 1)))
  })
  const rule = { mean, deviation, limit: 0 }
  return { ...rule, limit: Math.max(limitOf(rule, profiles), heldBack.length > 0 ? limitOf(rule, heldBack) : 0) }
}

const limitOf = (rule: Familiarity, profiles: readonly Float64Array[]): number => {
  const distances = profiles.map((profile) => familiarityDistance(rule, profile)).sort((a, b) => a - b)
  return distances[Math.min(distances.length - 1, Math.floor(SHARE_WITHIN * distances.length))]
}
