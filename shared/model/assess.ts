import type { Assessment } from '../protocol/records.ts'
import { calibrated, windowScore } from './calibration.ts'
import { isUnlike } from './familiarity.ts'
import type { ModelManifest } from './manifest.ts'

/** One window's raw output of the network. */
export interface WindowLogit {
  /** Start of the window in the recording, milliseconds. */
  readonly startMs: number
  readonly logit: number
}

export type Reading = Pick<Assessment, 'probability' | 'interval' | 'familiarity' | 'windows' | 'decision'>

/**
 * What a recording's window logits mean by the model's own manifest: each window's score is sigmoid(logit / temperature), the recording's
 * their mean, both made probabilities by the manifest's line where it has one; inside `uncertain` (ends included) the decision is withheld, else the threshold decides. It is withheld
 * too where the recording is unlike those the model learned from.
 *
 * @param familiarity how unlike; null where the model cannot tell.
 * @throws RangeError without windows, or when a logit is no finite number: a broken runtime gives no score (promise 3).
 */
export function readLogits(
  manifest: Pick<ModelManifest, 'temperature' | 'isotonic' | 'threshold' | 'uncertain' | 'window'>,
  logits: readonly WindowLogit[],
  familiarity: Reading['familiarity'] | null = null,
): Reading {
  if (logits.length === 0) throw new RangeError('A recording without windows cannot be read')
  const { threshold, uncertain } = manifest
  const scores = logits.map(({ startMs, logit }) => {
    if (!Number.isFinite(logit)) throw new RangeError(`The model gave ${logit} for the window at ${startMs} ms`)
    return { startMs, score: windowScore(logit, manifest) }
  })
  const mean = scores.reduce((sum, { score }) => sum + score, 0) / scores.length
  const probability = calibrated(mean, manifest)
  const spread = intervalOf(mean, scores, manifest.window.seconds)
  const interval = spread && { low: calibrated(spread.low, manifest), high: calibrated(spread.high, manifest) }
  const windows = scores.map(({ startMs, score }) => ({ startMs, probability: calibrated(score, manifest) }))
  return {
    probability,
    ...(interval === null ? {} : { interval }),
    ...(familiarity === null || familiarity === undefined ? {} : { familiarity }),
    windows,
    decision: isUnlike(familiarity) ? 'uncertain' : decide(probability, threshold, uncertain),
  }
}

/** The normal distribution's 97.5 % point: both ends together leave 5 % outside. */
const NORMAL_97_5 = 1.959964

/**
 * About 95 %: 1.96 standard errors of the windows' mean to either side, within [0, 1]. Overlapping windows hear the same sound, so only as
 * many count as would fit side by side; with fewer than two there is no telling. It says how much this recording disagrees with itself, not
 * how well the model is calibrated.
 */
function intervalOf(
  mean: number,
  windows: readonly { readonly startMs: number; readonly score: number }[],
  windowSeconds: number,
): { readonly low: number; readonly high: number } | null {
  const starts = windows.map(({ startMs }) => startMs)
  const independent = 1 + (Math.max(...starts) - Math.min(...starts)) / (1000 * windowSeconds)
  if (independent < 2) return null
  const squares = windows.reduce((sum, window) => sum + (window.score - mean) ** 2, 0)
  const reach = NORMAL_97_5 * Math.sqrt(squares / (windows.length - 1) / independent)
  return { low: Math.max(0, mean - reach), high: Math.min(1, mean + reach) }
}

function decide(probability: number, threshold: number, uncertain: ModelManifest['uncertain']): Reading['decision'] {
  if (probability >= uncertain.from && probability <= uncertain.to) return 'uncertain'
  return probability >= threshold ? 'positive' : 'negative'
}
