import type { PgBoss } from 'pg-boss'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { NewTrigger, RunSettings, RunTrigger } from '@spira/shared/protocol/runTriggers.ts'
import { appendAudit } from '../../audit/auditLog.ts'
import { freezeDataset, usableContent } from '../../datasets/freeze.ts'
import type { ServerContext } from '../../server/context.ts'
import { startRun } from '../trainingRuns.ts'
import { newLabels } from './dryRun.ts'

export const TRIGGER_QUEUE = 'run-trigger'
/** How often labels and drift are looked at. */
const LOOK_CRON = '*/10 * * * *'

export interface TriggerJob {
  /** Null: all that look at the data. */
  readonly triggerId: string | null
}

export async function ensureTriggers({ boss, db }: Pick<ServerContext, 'boss' | 'db'>): Promise<void> {
  await boss.createQueue(TRIGGER_QUEUE, { retryLimit: 2, expireInSeconds: 600 })
  const look: TriggerJob = { triggerId: null }
  await boss.schedule(TRIGGER_QUEUE, LOOK_CRON, look, { key: 'look', tz: 'UTC' })
  const scheduled = await db.selectFrom('runTriggers').select(['id', 'cron']).where('kind', '=', 'schedule').execute()
  for (const { id, cron } of scheduled) if (cron !== null) await schedule(boss, id, cron)
}

/** @throws SpiraError invalid_request where the schedule is none. */
const schedule = (boss: PgBoss, triggerId: string, cron: string): Promise<void> =>
  boss
    .schedule(TRIGGER_QUEUE, cron, { triggerId } satisfies TriggerJob, { key: triggerId, tz: 'UTC' })
    .catch((error: unknown) => {
      throw new SpiraError('invalid_request', { detail: String(error) })
    })

/** @throws SpiraError invalid_request where the schedule is none. */
export async function addTrigger(
  { db, boss }: ServerContext,
  trigger: NewTrigger,
  settings: RunSettings,
  actor: string,
): Promise<string> {
  const id = newId()
  if (trigger.kind === 'schedule') await schedule(boss, id, trigger.cron)
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('runTriggers')
      .values({
        id,
        ...columnsOf(trigger),
        settings: JSON.stringify(settings),
        createdBy: actor,
        createdAt: new Date(),
        lastLookedAt: null,
        lastOutcome: null,
        lastRunId: null,
      })
      .execute()
    await appendAudit(trx, {
      actor,
      action: 'run-trigger.added',
      subject: `run-trigger:${id}`,
      details: { ...trigger },
    })
  })
  return id
}

/** Another time, number or setting for the same trigger; of another kind it becomes that kind. @throws SpiraError not_found, invalid_request */
export async function changeTrigger(
  { db, boss }: ServerContext,
  id: string,
  trigger: NewTrigger,
  settings: RunSettings,
  actor: string,
): Promise<void> {
  const there = await db.selectFrom('runTriggers').select('id').where('id', '=', id).executeTakeFirst()
  if (there === undefined) throw new SpiraError('not_found')
  if (trigger.kind === 'schedule') await schedule(boss, id, trigger.cron)
  else await boss.unschedule(TRIGGER_QUEUE, id)
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('runTriggers')
      .set({ ...columnsOf(trigger), settings: JSON.stringify(settings) })
      .where('id', '=', id)
      .execute()
    await appendAudit(trx, {
      actor,
      action: 'run-trigger.changed',
      subject: `run-trigger:${id}`,
      details: { ...trigger },
    })
  })
}

const columnsOf = (trigger: NewTrigger) => ({
  kind: trigger.kind,
  cron: trigger.kind === 'schedule' ? trigger.cron : null,
  newLabels: trigger.kind === 'new-labels' ? trigger.newLabels : null,
})

/** @throws SpiraError not_found */
export async function removeTrigger({ db, boss }: ServerContext, id: string, actor: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gone = await trx.deleteFrom('runTriggers').where('id', '=', id).returning('id').executeTakeFirst()
    if (gone === undefined) throw new SpiraError('not_found')
    await appendAudit(trx, { actor, action: 'run-trigger.removed', subject: `run-trigger:${id}` })
  })
  await boss.unschedule(TRIGGER_QUEUE, id)
}

export async function listTriggers(db: ServerContext['db']): Promise<RunTrigger[]> {
  const rows = await db
    .selectFrom('runTriggers')
    .select(['id', 'kind', 'cron', 'newLabels', 'settings', 'createdBy', 'lastLookedAt', 'lastOutcome', 'lastRunId'])
    .orderBy('createdAt')
    .execute()
  return rows.map(({ lastLookedAt, ...row }) => ({
    ...row,
    settings: { ...row.settings },
    lastLookedAt: lastLookedAt?.toISOString() ?? null,
  }))
}

/** Looks whether a trigger's time has come, and then freezes what is usable and starts a run on it. What became of it is in its row. */
export async function pullTriggers(context: ServerContext, triggerId: string | null, now = new Date()): Promise<void> {
  const { db } = context
  const triggers = await db
    .selectFrom('runTriggers')
    .selectAll()
    .$if(triggerId !== null, (query) => query.where('id', '=', triggerId ?? ''))
    .$if(triggerId === null, (query) => query.where('kind', '!=', 'schedule'))
    .execute()
  for (const trigger of triggers) {
    const { why, runId } = await pull(context, trigger, now)
    await db
      .updateTable('runTriggers')
      .set({ lastLookedAt: now, lastOutcome: why, ...(runId === null ? {} : { lastRunId: runId }) })
      .where('id', '=', trigger.id)
      .execute()
  }
}

const not = (why: string) => ({ why, runId: null })

async function pull(
  context: ServerContext,
  trigger: {
    readonly id: string
    readonly kind: RunTrigger['kind']
    readonly newLabels: number | null
    readonly settings: RunSettings
    readonly lastRunId: string | null
    readonly createdAt: Date
  },
  now: Date,
): Promise<{ readonly why: string; readonly runId: string | null }> {
  const { db } = context
  const underWay = await db
    .selectFrom('trainingRuns')
    .select('id')
    .where('status', 'in', ['queued', 'running'])
    .limit(1)
    .executeTakeFirst()
  if (underWay !== undefined) return not('A run is under way.')
  if (trigger.kind === 'new-labels') {
    const count = await newLabels(context)
    if (count < (trigger.newLabels ?? Infinity)) return not(`${count} of ${trigger.newLabels} new labels.`)
  }
  if (trigger.kind === 'drift') {
    const alert = await db
      .selectFrom('alerts')
      .select('id')
      .where('kind', '=', 'input-drift')
      .where('raisedAt', '>', await lastActedAt(db, trigger))
      .limit(1)
      .executeTakeFirst()
    if (alert === undefined) return not('No drift since it last started a run.')
  }
  const startedBy = `trigger:${trigger.kind}`
  try {
    const name = `${trigger.kind} ${now.toISOString().slice(0, 16).replace('T', ' ')}`
    const dataset = await datasetToLearnFrom(context, name, startedBy)
    const { id } = await startRun(context, { ...trigger.settings, datasetVersionId: dataset.id, startedBy })
    return { why: `A run was started on ${dataset.name}.`, runId: id }
  } catch (error) {
    // Nothing new, or too few people: what a person would be told who pressed the button.
    if (error instanceof SpiraError) return not(error.message)
    throw error
  }
}

/** When the trigger last started a run: to look while another is under way is not to act, and what is told meanwhile waits. */
async function lastActedAt(
  db: ServerContext['db'],
  { lastRunId, createdAt }: { readonly lastRunId: string | null; readonly createdAt: Date },
): Promise<Date> {
  const run = await db.selectFrom('trainingRuns').select('createdAt').where('id', '=', lastRunId).executeTakeFirst()
  return run?.createdAt ?? createdAt
}

/**
 * What is usable, frozen now; or the version that has exactly that and no run: whoever froze it stopped before it had one.
 *
 * @throws SpiraError as freezeDataset does.
 */
async function datasetToLearnFrom(
  context: ServerContext,
  name: string,
  frozenBy: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const { db } = context
  try {
    return await freezeDataset(context, { name, description: '', frozenBy })
  } catch (error) {
    if (!(error instanceof SpiraError) || error.code !== 'dataset_unchanged') throw error
    const { alreadyFrozenAs } = await usableContent(db)
    const without = await db
      .selectFrom('datasetVersions')
      .leftJoin('trainingRuns', 'trainingRuns.datasetVersionId', 'datasetVersions.id')
      .select(['datasetVersions.id', 'datasetVersions.name'])
      .where('datasetVersions.name', '=', alreadyFrozenAs)
      .where('trainingRuns.id', 'is', null)
      .executeTakeFirst()
    if (without === undefined) throw error
    return without
  }
}
