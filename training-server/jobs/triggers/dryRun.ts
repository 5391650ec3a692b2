import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { DryRun, RunSettings } from '@spira/shared/protocol/runTriggers.ts'
import { usableContent } from '../../datasets/freeze.ts'
import type { ServerContext } from '../../server/context.ts'
import { splitByParticipant, splitSchema } from '../../training/split.ts'
import { stagesOf } from '../stages/plan.ts'
import { planOf } from '../trainingRuns.ts'

/** Finished stages of each kind that the estimate is made from. */
const REMEMBERED = 20

/** What a run would do now: on what data, in which jobs, and how long they should take. Nothing is written. */
export async function dryRun({ db }: Pick<ServerContext, 'db'>, settings: RunSettings): Promise<DryRun> {
  const { items, alreadyFrozenAs } = await usableContent(db)
  const labelled = (label: 0 | 1) => items.filter((item) => item.label === label).length
  const jobs = Map.groupBy(stagesOf(planOf(items.length, settings)), ({ stage }) => stage)
  return {
    recordings: items.length,
    participants: new Set(items.map(({ participantId }) => participantId)).size,
    present: labelled(1),
    absent: labelled(0),
    alreadyFrozenAs,
    newLabels: await newLabels({ db }),
    refusal: refusalOf(items),
    stages: await Promise.all(
      [...jobs].map(async ([stage, own]) => ({
        stage,
        jobs: own.length,
        seconds: await secondsOf({ db }, stage, {
          jobs: own.length,
          recordings: items.length,
          epochs: settings.maxEpochs,
        }),
      })),
    ),
  }
}

function refusalOf(items: readonly { readonly participantId: string; readonly label: 0 | 1 }[]): string | null {
  try {
    splitByParticipant(items, splitSchema.parse({}))
    return null
  } catch (error) {
    if (error instanceof SpiraError) return error.message
    throw error
  }
}

/** Labels that came since the newest run began. */
export async function newLabels({ db }: Pick<ServerContext, 'db'>): Promise<number> {
  const { since } = await db
    .selectFrom('trainingRuns')
    .select(({ fn }) => fn.max('createdAt').as('since'))
    .executeTakeFirstOrThrow()
  const { count } = await db
    .selectFrom('labels')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .$if(since !== null, (query) => query.where('receivedAt', '>', since ?? new Date(0)))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The median of what finished stages took for a recording (and an epoch), times as many as there would be. */
async function secondsOf(
  { db }: Pick<ServerContext, 'db'>,
  stage: ReturnType<typeof stagesOf>[number]['stage'],
  { jobs, recordings, epochs }: { readonly jobs: number; readonly recordings: number; readonly epochs: number },
): Promise<number | null> {
  const done = await db
    .selectFrom('runStages')
    .innerJoin('trainingRuns', 'trainingRuns.id', 'runStages.runId')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'trainingRuns.datasetVersionId')
    .select(['resources', 'plan', 'recordings', 'trainingRuns.epochs'])
    .where('runStages.stage', '=', stage)
    .where('state', '=', 'done')
    .orderBy('runStages.endedAt', 'desc')
    .limit(REMEMBERED)
    .execute()
  const each = done.flatMap((row) => {
    if (row.resources === null || row.recordings === 0) return []
    const parts = stage === 'features' ? row.plan.featureParts : 1
    const rounds = stage === 'train' ? Math.max(1, row.epochs.length) : 1
    return [(row.resources.seconds * parts) / row.recordings / rounds]
  })
  const median = each.sort((a, b) => a - b)[Math.floor(each.length / 2)]
  if (median === undefined) return null
  return median * recordings * (stage === 'train' ? epochs : 1) * (stage === 'features' ? 1 : jobs)
}
