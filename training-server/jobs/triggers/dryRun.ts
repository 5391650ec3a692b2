import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { DryRun, dryRunBodySchema, RunSettings } from '@spira/shared/protocol/runTriggers.ts'
import type { Stage } from '@spira/shared/protocol/trainingStages.ts'
import type { z } from 'zod'
import { usableContent } from '../../datasets/freeze.ts'
import type { ServerContext } from '../../server/context.ts'
import { splitByParticipant, splitSchema } from '../../training/split.ts'
import { type PlannedStage, stagesOf } from '../stages/plan.ts'
import { planOf } from '../trainingRuns.ts'
import { makespan } from './makespan.ts'

/** Finished stages of each kind that the estimate is made from. */
const REMEMBERED = 20

/** What a run would do now: on what data, in which jobs, and how long they should take. Nothing is written. */
export async function dryRun(
  { db }: Pick<ServerContext, 'db'>,
  { workers, ...settings }: z.output<typeof dryRunBodySchema>,
): Promise<DryRun> {
  const { items, alreadyFrozenAs } = await usableContent(db)
  const labelled = (label: 0 | 1) => items.filter((item) => item.label === label).length
  const plan = stagesOf(planOf(items.length, settings))
  const jobs = Map.groupBy(plan, ({ stage }) => stage)
  const seconds = await jobSeconds({ db }, [...jobs.keys()], { recordings: items.length, epochs: settings.maxEpochs })
  const all = plan.map((job) => seconds(job))
  return {
    recordings: items.length,
    participants: new Set(items.map(({ participantId }) => participantId)).size,
    present: labelled(1),
    absent: labelled(0),
    alreadyFrozenAs,
    newLabels: await newLabels({ db }),
    refusal: refusalOf(items, settings),
    workers,
    seconds: all.includes(null) ? null : makespan(plan, (job) => seconds(job) ?? 0, workers),
    stages: [...jobs].map(([stage, own]) => {
      const each = own.map((job) => seconds(job))
      return {
        stage,
        jobs: own.length,
        seconds: each.includes(null) ? null : each.reduce<number>((sum, one) => sum + (one ?? 0), 0),
      }
    }),
  }
}

function refusalOf(
  items: readonly { readonly participantId: string; readonly label: 0 | 1 }[],
  { folds }: Pick<RunSettings, 'folds'>,
): string | null {
  try {
    splitByParticipant(items, splitSchema.parse({}))
    if (folds > 0) splitByParticipant(items, splitSchema.parse({ heldOut: { by: 'fold', folds, fold: 1 } }))
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

/**
 * Of every job: the median of what finished ones took for so much work, times the work it is. Models of a seed and of a fold are kept
 * apart, as a seed's is also trained anew for its probes; where only the others were measured, those say.
 */
async function jobSeconds(
  { db }: Pick<ServerContext, 'db'>,
  stages: readonly Stage[],
  asked: { readonly recordings: number; readonly epochs: number },
): Promise<(job: Pick<PlannedStage, 'stage' | 'shard'>) => number | null> {
  const rates = new Map<string, number>()
  for (const stage of stages) {
    const done = await db
      .selectFrom('runStages')
      .innerJoin('trainingRuns', 'trainingRuns.id', 'runStages.runId')
      .innerJoin('datasetVersions', 'datasetVersions.id', 'trainingRuns.datasetVersionId')
      .select(['shard', 'resources', 'recordings', 'runStages.epochs'])
      .where('runStages.stage', '=', stage)
      .where('state', '=', 'done')
      .where('resources', 'is not', null)
      .where('recordings', '>', 0)
      .orderBy('runStages.endedAt', 'desc')
      .limit(REMEMBERED)
      .execute()
    const measured = Map.groupBy(
      done.flatMap(({ shard, resources, recordings, epochs }) =>
        resources === null
          ? []
          : [{ kind: kindOf(shard), rate: resources.seconds / workOf({ stage, shard }, recordings, epochs.length) }],
      ),
      ({ kind }) => kind,
    )
    for (const [kind, own] of measured) rates.set(`${stage} ${kind}`, median(own.map(({ rate }) => rate)))
  }
  return (job) => {
    const kinds = [kindOf(job.shard), 'seed', 'fold'] as const
    const rate = kinds.map((kind) => rates.get(`${job.stage} ${kind}`)).find((one) => one !== undefined)
    return rate === undefined ? null : rate * workOf(job, asked.recordings, asked.epochs)
  }
}

type Kind = 'seed' | 'fold' | 'part'
const FOLD = /^fold \d+ of (\d+)$/
const PART = /^\d+ of (\d+)$/

const kindOf = (shard: string): Kind => (FOLD.test(shard) ? 'fold' : shard.startsWith('seed ') ? 'seed' : 'part')

/** Recordings (and epochs) that a job goes through, as far as its time grows with them; at least one. */
function workOf({ stage, shard }: Pick<PlannedStage, 'stage' | 'shard'>, recordings: number, epochs: number): number {
  const folds = Number(FOLD.exec(shard)?.[1] ?? Infinity)
  const parts = Number(PART.exec(shard)?.[1] ?? 1)
  // A model of k folds learns from k - 1 of them, and is heard by the last.
  if (stage === 'train') return Math.max(1, recordings * (1 - 1 / folds) * Math.max(1, epochs))
  if (stage === 'evaluate' && folds !== Infinity) return Math.max(1, recordings / folds)
  return Math.max(1, recordings / parts)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}
