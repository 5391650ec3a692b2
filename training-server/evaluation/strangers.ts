import type { RunRecord } from '../training/publishModel.ts'
import type { TrainingExample } from '../training/trainingRequest.ts'

/** The recordings of people whom a run has neither learned from nor been tuned on, and how many others there are. */
export function strangersTo(
  { participants: { train, validation } }: Pick<RunRecord, 'participants'>,
  examples: readonly TrainingExample[],
): { readonly strangers: readonly TrainingExample[]; readonly known: number } {
  const heard = new Set([...train, ...validation])
  const strangers = examples.filter(({ participantId }) => !heard.has(participantId))
  const known = new Set(examples.flatMap(({ participantId }) => (heard.has(participantId) ? [participantId] : [])))
  return { strangers, known: known.size }
}
