import type { Stage } from '@spira/shared/protocol/trainingStages.ts'

/** How wide a run fans out. */
export interface RunPlan {
  /** Jobs that the features are computed in. */
  readonly featureParts: number
  /** A model is trained from each; the one with the least validation loss becomes the candidate. */
  readonly seeds: readonly number[]
  /** Models beside them that hold each part of the participants out once; 0: none. */
  readonly folds: number
}

export interface PlannedStage {
  readonly stage: Stage
  /** Which part of the stage, as people read it: "2 of 5", "seed 1", "fold 3 of 5". */
  readonly shard: string
  /** Keys of what must be done before. */
  readonly needs: readonly string[]
}

/** A stage's name within its run. */
export const keyOf = ({ stage, shard }: Pick<PlannedStage, 'stage' | 'shard'>): string => `${stage}: ${shard}`

/** Every stage of a run, each after all that it needs: an order in which one worker could do them. */
export function stagesOf({ featureParts, seeds, folds }: RunPlan): PlannedStage[] {
  const freeze: PlannedStage = { stage: 'freeze', shard: 'all', needs: [] }
  const features = numbered(featureParts).map((part): PlannedStage => ({
    stage: 'features',
    shard: `${part} of ${featureParts}`,
    needs: [keyOf(freeze)],
  }))
  const split: PlannedStage = { stage: 'folds', shard: 'all', needs: features.map(keyOf) }
  const trained = [...seeds.map((seed) => `seed ${seed}`), ...numbered(folds).map((fold) => `fold ${fold} of ${folds}`)]
  const train = trained.map((shard): PlannedStage => ({ stage: 'train', shard, needs: [keyOf(split)] }))
  const evaluate = train.map((one): PlannedStage => ({ stage: 'evaluate', shard: one.shard, needs: [keyOf(one)] }))
  const gate: PlannedStage = { stage: 'gate', shard: 'all', needs: evaluate.map(keyOf) }
  const candidate: PlannedStage = { stage: 'candidate', shard: 'all', needs: [keyOf(gate)] }
  return [freeze, ...features, split, ...train, ...evaluate, gate, candidate]
}

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
