import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { GateCriterion } from '@spira/shared/protocol/consoleApi.ts'

/** Share of shuffled labels that may reach the ROC-AUC. */
const SIGNIFICANCE = 0.05

type Metrics = ModelManifest['metrics']

/**
 * What the evaluation must have shown of a candidate, each with the figure that decides (95 % intervals over held-out
 * participants). What was not measured was not shown.
 */
export const evaluationCriteria = ({ metrics }: Pick<ModelManifest, 'metrics'>): GateCriterion[] => [
  { name: 'better-than-chance', passed: betterThanChance(metrics), figure: metrics['rocAuc'] ?? null },
  { name: 'room-alone-says-nothing', ...saysNothing(metrics['roomToneAuc']) },
  { name: 'room-under-one-voice-says-nothing', ...saysNothing(metrics['voiceInRoomAuc']) },
]

/** Both, because a bootstrap interval of a handful of people may have no width: 1 to 1 of two and two. */
function betterThanChance({ rocAuc, permutationP }: Metrics): boolean {
  return rocAuc !== undefined && permutationP !== undefined && rocAuc.low > 0.5 && permutationP.value < SIGNIFICANCE
}

const saysNothing = (auc: Metrics[string] | undefined): Pick<GateCriterion, 'passed' | 'figure'> => ({
  passed: auc !== undefined && auc.low <= 0.5 && auc.high >= 0.5,
  figure: auc ?? null,
})

/** A failed criterion as the gate's answer and the audit log name it. */
export const criterionSentence = ({ name, figure }: GateCriterion): string =>
  figure === null
    ? `${name}: not measured`
    : `${name}: ROC-AUC ${figure.value.toFixed(3)}, 95 % interval ${figure.low.toFixed(3)} to ${figure.high.toFixed(3)}`
