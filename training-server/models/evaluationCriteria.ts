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
  { ...plain, name: 'better-than-chance', ...betterThanChance(metrics) },
  { ...plain, name: 'room-alone-says-nothing', ...saysNothing(metrics['roomToneAuc']) },
  { ...plain, name: 'room-under-one-voice-says-nothing', ...saysNothing(metrics['voiceInRoomAuc']) },
]

const plain = { subject: null, bound: 0.5, missedBy: null, note: null } as const

/** Both, because a bootstrap interval of a handful of people may have no width: 1 to 1 of two and two. */
function betterThanChance({ rocAuc, permutationP }: Metrics): Judged {
  const figure = rocAuc ?? null
  const passed =
    rocAuc !== undefined && permutationP !== undefined && rocAuc.low > 0.5 && permutationP.value < SIGNIFICANCE
  return { passed, figure, missedBy: passed || figure === null ? null : Math.max(0, 0.5 - figure.low) }
}

/** How wide the interval may be is the matter of the probe of the room alone, to which the gate's plan holds a model too. */
function saysNothing(auc: Metrics[string] | undefined): Judged {
  if (auc === undefined) return { passed: false, figure: null, missedBy: null }
  const missedBy = Math.max(auc.low - 0.5, 0.5 - auc.high)
  const passed = missedBy <= 0
  return { passed, figure: auc, missedBy: passed ? null : missedBy }
}

type Judged = Pick<GateCriterion, 'passed' | 'figure' | 'missedBy'>
