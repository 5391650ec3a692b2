import type { Experiment } from './experiment.ts'
import { withPermutedParts } from './permutedLabels.ts'
import { splitByParticipant } from './split.ts'
import type { TrainingExample } from './trainingRequest.ts'

/** A run's parts, with the labels that the experiment asks for. The same dataset in another order is the same dataset. */
export function partsOf(examples: readonly TrainingExample[], { split, labels, seed }: Experiment) {
  const inOrder = examples.toSorted((a, b) => (a.recordingId < b.recordingId ? -1 : 1))
  const parts = splitByParticipant(inOrder, split)
  return labels === 'permuted' ? withPermutedParts(parts, seed) : parts
}
