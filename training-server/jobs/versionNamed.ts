import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'
import type { Experiment } from '../training/experiment.ts'
import type { TrainingExample, TrainingRequest } from '../training/trainingRequest.ts'
import { examplesOf } from './examplesOf.ts'
import { freezePartitions, HOLDOUT, withPartitions } from './stages/handlers/folds.ts'

/**
 * A frozen dataset version by its name, with its recordings and who of them is held out for good.
 *
 * @throws SpiraError not_found where there is no such version.
 */
export async function versionNamed(
  context: ServerContext,
  name: string,
): Promise<{
  readonly dataset: TrainingRequest['dataset'] & { readonly id: string }
  readonly examples: readonly TrainingExample[]
}> {
  const dataset = await context.db
    .selectFrom('datasetVersions')
    .select(['id', 'contentHash', 'simulated'])
    .where('name', '=', name)
    .executeTakeFirst()
  if (dataset === undefined) throw new SpiraError('not_found')
  const partitions = await freezePartitions(context, dataset.id)
  return { dataset, examples: withPartitions(await examplesOf(context, dataset.id), partitions) }
}

/** Judged on whom no run of the server trains on, unless the experiment asks for another part. */
export const judgedOnHoldout = (experiment: Experiment): Experiment =>
  experiment.split.heldOut.by === 'share'
    ? { ...experiment, split: { ...experiment.split, heldOut: HOLDOUT } }
    : experiment
