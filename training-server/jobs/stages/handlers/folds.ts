import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { sql } from 'kysely'
import { z } from 'zod'
import { ADVISORY_LOCKS } from '../../../db/advisoryLocks.ts'
import type { ServerContext } from '../../../server/context.ts'
import { experimentSchema, type Experiment } from '../../../training/experiment.ts'
import { splitByParticipant } from '../../../training/split.ts'
import { participantsOf } from '../../../training/storedRecordings.ts'
import type { TrainingExample } from '../../../training/trainingRequest.ts'
import { examplesOf } from '../../examplesOf.ts'
import { putJson, type RunRow } from '../inputs.ts'
import { assignPartitions, type Partition } from '../partitions.ts'
import type { StageHandler } from './handler.ts'

/** Tested on whom no run trains on. */
export const HOLDOUT = { by: 'group', column: 'partition', value: 'holdout' } as const

const NOT_ANEW = { shuffledLabels: { trainings: 0, epochs: 1 }, unseenSites: false } as const

/** Who is in which part of each model that the run trains. */
export const foldsSchema = z.object({
  holdout: z.array(z.string()),
  trained: z.array(
    z.object({
      shard: z.string(),
      experiment: experimentSchema,
      participants: z.object({
        train: z.array(z.string()),
        validation: z.array(z.string()),
        test: z.array(z.string()),
      }),
    }),
  ),
})
export type Folds = z.infer<typeof foldsSchema>

/**
 * Freezes who of the dataset version is held out for good, and writes down who trains, validates and tests each model: those of the run's
 * seeds are tested on the holdout; those of its folds on a part each of everybody else.
 */
export const folds: StageHandler = async ({ context, run, progress }) => {
  const experiment = experimentSchema.parse(run.configuration)
  const partitions = await freezePartitions(context, run.datasetVersionId)
  const examples = withPartitions(await examplesOf(context, run.datasetVersionId), partitions)
  const trained = modelsOf(experiment, run.plan).map(({ shard, experiment: own }) => {
    const parts = splitByParticipant(examplesFor(examples, shard), own.split)
    return {
      shard,
      experiment: own,
      participants: {
        train: peopleOf(parts.train),
        validation: peopleOf(parts.validation),
        test: peopleOf(parts.test),
      },
    }
  })
  const holdout = [...partitions].flatMap(([id, partition]) => (partition === 'holdout' ? [id] : [])).sort()
  progress.say(`${holdout.length} of ${partitions.size} participants are held out; ${trained.length} models to train`)
  const written: Folds = { holdout, trained }
  return { output: { folds: await putJson(context, written) } }
}

const peopleOf = (part: readonly TrainingExample[]): string[] => participantsOf(part).sort()

/** The experiments of a run, by the shards of its training. */
export function modelsOf(
  experiment: Experiment,
  { seeds, folds: count }: RunRow['plan'],
): { readonly shard: string; readonly experiment: Experiment }[] {
  const { split } = experiment
  // Who asks for another part to be tested on gets it; then the holdout is not what the model is judged on.
  const heldOut = split.heldOut.by === 'share' ? HOLDOUT : split.heldOut
  return [
    ...seeds.map((seed) => ({
      shard: `seed ${seed}`,
      experiment: { ...experiment, seed, split: { ...split, heldOut } },
    })),
    ...Array.from({ length: count }, (_, at) => ({
      shard: `fold ${at + 1} of ${count}`,
      experiment: {
        ...experiment,
        split: { ...split, heldOut: { by: 'fold' as const, folds: count, fold: at + 1 } },
        // The probes that train anew are of the model that may be released.
        evaluation: { ...experiment.evaluation, ...NOT_ANEW },
      },
    })),
  ]
}

/** The folds are made of those who are not held out. */
export const examplesFor = (examples: readonly TrainingExample[], shard: string): readonly TrainingExample[] =>
  shard.startsWith('fold') ? examples.filter(({ groups }) => groups?.['partition'] !== 'holdout') : examples

export const withPartitions = (
  examples: readonly TrainingExample[],
  partitions: ReadonlyMap<string, Partition>,
): TrainingExample[] =>
  examples.map((example) => ({
    ...example,
    groups: { ...example.groups, partition: partitions.get(example.participantId) ?? 'development' },
  }))

/** The partition of everybody of a version, as it was frozen. */
export const partitionsOf = async (
  { db }: Pick<ServerContext, 'db'>,
  datasetVersionId: string,
): Promise<Map<string, Partition>> =>
  new Map(
    (
      await db
        .selectFrom('partitions')
        .select(['participantId', 'partition'])
        .where('participantId', 'in', (from) =>
          from.selectFrom('datasetItems').select('participantId').where('datasetVersionId', '=', datasetVersionId),
        )
        .execute()
    ).map(({ participantId, partition }) => [participantId, partition]),
  )

/** The partition of everybody of a version, given now to who has none. */
export async function freezePartitions(
  { db }: Pick<ServerContext, 'db'>,
  datasetVersionId: string,
): Promise<Map<string, Partition>> {
  await db.transaction().execute(async (trx) => {
    // Two runs at once would each give the newcomers their own.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.partitions})`.execute(trx)
    const items = await trx
      .selectFrom('datasetItems')
      .select(({ fn }) => ['participantId', fn.max('label').as('label')])
      .where('datasetVersionId', '=', datasetVersionId)
      .groupBy('participantId')
      .execute()
    if (items.length === 0) throw new SpiraError('not_found')
    const fresh = assignPartitions(items, await partitionsOf({ db: trx }, datasetVersionId))
    const rows = [...fresh].map(([participantId, partition]) => ({ participantId, partition, assignedAt: new Date() }))
    for (let start = 0; start < rows.length; start += 1000)
      await trx
        .insertInto('partitions')
        .values(rows.slice(start, start + 1000))
        .execute()
  })
  return partitionsOf({ db }, datasetVersionId)
}
