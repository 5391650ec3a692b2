import { evaluateWeights } from './evaluateWeights.ts'
import type { TrainedModel, TrainingProgress, TrainingRequest } from './trainingRequest.ts'
import { trainWeights } from './trainWeights.ts'

/** The share of a whole run that training takes; evaluation has the rest. */
const TRAINING_SHARE = 0.9

/**
 * One training run from recordings to a model's files, in this process: trainModel() runs it in a child of its own, because
 * the runtime blocks the process that trains. The server runs its two parts as stages of their own (jobs/stages).
 */
export async function trainingRun(
  request: TrainingRequest,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedModel> {
  const weights = await trainWeights(request, (step) =>
    onProgress({ ...step, progress: TRAINING_SHARE * step.progress }),
  )
  return evaluateWeights(request, weights, (step) =>
    onProgress({ ...step, progress: TRAINING_SHARE + (1 - TRAINING_SHARE) * step.progress }),
  )
}
