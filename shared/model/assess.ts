import type { Assessment } from '../protocol/records.ts'
import type { ModelManifest } from './manifest.ts'

/** One window's raw output of the network. */
export interface WindowLogit {
  /** Start of the window in the recording, milliseconds. */
  readonly startMs: number
  readonly logit: number
}

export type Reading = Pick<Assessment, 'probability' | 'windows' | 'decision'>

/**
 * What a recording's window logits mean by the model's own manifest: each window's probability is sigmoid(logit / temperature),
 * the recording's is their mean; inside `uncertain` (ends included) the decision is withheld, else the threshold decides.
 *
 * @throws RangeError without windows, or when a logit is no finite number: a broken runtime gives no score (promise 3).
 */
export function readLogits(
  { temperature, threshold, uncertain }: Pick<ModelManifest, 'temperature' | 'threshold' | 'uncertain'>,
  logits: readonly WindowLogit[],
): Reading {
  if (logits.length === 0) throw new RangeError('A recording without windows cannot be read')
  const windows = logits.map(({ startMs, logit }) => {
    if (!Number.isFinite(logit)) throw new RangeError(`The model gave ${logit} for the window at ${startMs} ms`)
    return { startMs, probability: 1 / (1 + Math.exp(-logit / temperature)) }
  })
  const probability = windows.reduce((sum, window) => sum + window.probability, 0) / windows.length
  return { probability, windows, decision: decide(probability, threshold, uncertain) }
}

function decide(probability: number, threshold: number, uncertain: ModelManifest['uncertain']): Reading['decision'] {
  if (probability >= uncertain.from && probability <= uncertain.to) return 'uncertain'
  return probability >= threshold ? 'positive' : 'negative'
}
