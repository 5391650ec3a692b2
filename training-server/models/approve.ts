import type { Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { rolloutRequestSchema, type RolloutRequest } from '@spira/shared/protocol/rollouts.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import { releasesToOffer } from '../releases/releasedModels.ts'
import { publishReleases } from '../releases/repository.ts'
import type { ServerContext } from '../server/context.ts'
import { decisionOn, runGate } from './gate.ts'
import { criterionSentence } from './gate/judge.ts'
import { GATE_PLAN } from './gate/plan.ts'
import { lockModels } from './registry.ts'

export interface Approval {
  /** User name of the account. */
  readonly approvedBy: string
  readonly reason: string
  /** In spite of what the evaluation failed to show: only a model of simulated data, and the reason says why. */
  readonly override: boolean
  /** How it reaches the devices; left out, all at once and watched for a day. */
  readonly rollout?: RolloutRequest | undefined
}

/**
 * One person's approval of a candidate: gate first. The last approval needed releases it, in one transaction: status, release,
 * rollout, signed metadata (or the request to sign it) and audit. Of two who approve at once, one is told that it is no candidate
 * any more.
 *
 * @throws SpiraError `not_found`, `model_not_candidate`, `approved_already`, `gate_failed` naming each requirement missed.
 */
export async function approveModel(context: ServerContext, modelId: string, approval: Approval): Promise<void> {
  const { approvedBy, reason, override, rollout = rolloutRequestSchema.parse({}) } = approval
  const model = await candidate(context.db, modelId)
  const { planVersion, decidedAt, missed: broken, failed, simulated } = await runGate(context, model)
  const overridden = override && simulated ? failed.map(criterionSentence) : []
  const missed = overridden.length > 0 ? broken : [...broken, ...failed.map(criterionSentence)]
  const actor = `account:${approvedBy}`
  const subject = `model:${modelId}`
  if (planVersion === null || missed.length > 0) {
    const details = { planVersion, missed }
    await context.db
      .transaction()
      .execute((trx) => appendAudit(trx, { actor, action: 'model.gate-failed', subject, details }))
    throw new SpiraError('gate_failed', { detail: missed.join('; ').replace(/\.$/, '') })
  }
  await context.db.transaction().execute(async (trx) => {
    await lockModels(trx)
    const { version } = await candidate(trx, modelId)
    // While the files were looked at, another may have become the champion, or this one have been judged again.
    const { decided, unfit } = await decisionOn(trx, modelId)
    if (unfit !== null || decided?.decidedAt.getTime() !== decidedAt?.getTime())
      throw new SpiraError('gate_failed', {
        detail: unfit ?? 'it was judged again meanwhile: read what was found, then approve',
      })
    const now = new Date()
    const details = { version, planVersion, reason, ...(overridden.length > 0 ? { overridden } : {}) }
    const approvals = await approve(trx, { modelId, approvedBy, reason, overridden, planVersion, now })
    if (approvals < (await approvalsNeeded(trx, { simulated }))) {
      await appendAudit(trx, { actor, action: 'model.approved', subject, details })
      return
    }
    const { sequence } = await trx
      .insertInto('releases')
      .values({ modelId, approvedBy, reason, releasedAt: now, signedAt: null })
      .returning('sequence')
      .executeTakeFirstOrThrow()
    await trx.updateTable('modelVersions').set({ status: 'challenger' }).where('modelId', '=', modelId).execute()
    const { stages, ...how } = rollout
    await trx
      .insertInto('rollouts')
      .values({
        id: newId(),
        sequence,
        modelId,
        state: 'awaiting-signature',
        stages: JSON.stringify(stages),
        startedBy: approvedBy,
        createdAt: now,
        stage: 0,
        stageSince: null,
        reason: null,
        endedAt: null,
        ...how,
      })
      .execute()
    const published = await publishReleases(
      context,
      trx,
      await releasesToOffer(trx, context.blobs),
      `release of model version ${version}`,
      now,
    )
    await appendAudit(trx, { actor, action: 'model.released', subject, details: { ...details, sequence, published } })
  })
}

/** @returns how many have approved it now. */
async function approve(
  trx: Transaction<Database>,
  approval: {
    readonly modelId: string
    readonly approvedBy: string
    readonly reason: string
    readonly overridden: readonly string[]
    readonly planVersion: number
    readonly now: Date
  },
): Promise<number> {
  const { modelId, approvedBy, reason, overridden, planVersion, now } = approval
  const added = await trx
    .insertInto('approvals')
    .values({ modelId, approvedBy, reason, overridden: JSON.stringify(overridden), planVersion, approvedAt: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('modelId')
    .executeTakeFirst()
  if (added === undefined) throw new SpiraError('approved_already')
  const { count } = await trx
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('modelId', '=', modelId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * Two people for the first release that learned from patients; one afterwards, when the gate has a champion to compare with. A model
 * of simulated speakers only can reach nobody who does not read so beside every score: one is enough.
 */
export async function approvalsNeeded(
  db: ServerContext['db'],
  { simulated }: { readonly simulated: boolean },
): Promise<number> {
  const { people } = GATE_PLAN
  if (simulated) return people.simulatedOnly
  const rows = await db
    .selectFrom('releases')
    .innerJoin('modelVersions', 'modelVersions.modelId', 'releases.modelId')
    .select('modelVersions.manifest')
    .execute()
  return rows.some(({ manifest }) => !manifest.trainedOn.simulated) ? people.later : people.firstRelease
}

async function candidate(db: ServerContext['db'], modelId: string) {
  const model = await db.selectFrom('modelVersions').selectAll().where('modelId', '=', modelId).executeTakeFirst()
  if (model === undefined) throw new SpiraError('not_found')
  if (model.status !== 'candidate') throw new SpiraError('model_not_candidate', { status: model.status })
  return model
}
