import type { ModelManifest } from '@spira/shared/model/manifest.ts'

type Metric = ModelManifest['metrics'][string]

export interface Share {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** What a result means where a share `prevalence` of the patients has the condition. */
export interface PredictiveValues {
  /** Of those with an alarm, the share who have it (positive predictive value). */
  readonly presentIfPositive: Share
  /** Of those without, the share who have it all the same (1 - negative predictive value). */
  readonly presentIfNegative: Share
}

/**
 * Bayes' rule on the sensitivity and the specificity that the model's own evaluation measured on held-out participants. The bounds take both
 * at the ends of their 95 % intervals that favour and disfavour the result. Null where the manifest does not tell both.
 */
export function predictiveValues(
  { sensitivity, specificity }: ModelManifest['metrics'],
  prevalence: number,
): PredictiveValues | null {
  if (sensitivity === undefined || specificity === undefined) return null
  const positive = (se: number, sp: number): number => share(se * prevalence, (1 - sp) * (1 - prevalence))
  const negative = (se: number, sp: number): number => share((1 - se) * prevalence, sp * (1 - prevalence))
  return {
    presentIfPositive: {
      value: positive(sensitivity.value, specificity.value),
      low: positive(sensitivity.low, specificity.low),
      high: positive(sensitivity.high, specificity.high),
    },
    presentIfNegative: {
      value: negative(sensitivity.value, specificity.value),
      low: negative(sensitivity.high, specificity.high),
      high: negative(sensitivity.low, specificity.low),
    },
  }
}

const share = (part: Metric['value'], rest: Metric['value']): number => (part + rest > 0 ? part / (part + rest) : 0)
