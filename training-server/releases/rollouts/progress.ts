import type { Selectable, Transaction } from 'kysely'
import { appendAudit } from '../../audit/auditLog.ts'
import type { Database } from '../../db/schema.ts'
import { appendChange } from '../../fleet/changeFeed.ts'

type Trx = Transaction<Database>
export type RolloutRow = Selectable<Database['rollouts']>

/** Rollouts whose release is now signed begin. @param sequences of the releases that the signed targets name. */
export async function beginSigned(trx: Trx, sequences: readonly number[], now: Date): Promise<void> {
  if (sequences.length === 0) return
  await trx
    .updateTable('releases')
    .set({ signedAt: now })
    .where('sequence', 'in', sequences)
    .where('signedAt', 'is', null)
    .execute()
  const begun = await trx
    .updateTable('rollouts')
    .set({ state: 'running', stageSince: now })
    .where('sequence', 'in', sequences)
    .where('state', '=', 'awaiting-signature')
    .returningAll()
    .execute()
  for (const { modelId } of begun) {
    const { version } = await trx
      .selectFrom('modelVersions')
      .select('version')
      .where('modelId', '=', modelId)
      .executeTakeFirstOrThrow()
    await appendChange(trx, null, { type: 'release.published', modelVersion: version })
  }
  for (const rollout of begun.sort((one, other) => one.sequence - other.sequence)) {
    if (isThrough(rollout, now)) await complete(trx, rollout, now)
  }
}

/** Everyone has been offered it for long enough. A part of the fleet is not everyone, and a shadow is never through by itself. */
export const isThrough = (rollout: RolloutRow, now: Date): boolean =>
  rollout.mode === 'active' &&
  rollout.channelId === null &&
  rollout.stage === rollout.stages.length - 1 &&
  rollout.stages[rollout.stage]?.sharePermille === 1000 &&
  hasSoaked(rollout, now)

/** The present stage has been watched for as long as it asks. */
export function hasSoaked({ stages, stage, stageSince }: RolloutRow, now: Date): boolean {
  const soakMs = (stages[stage]?.soakHours ?? 0) * 3_600_000
  return stageSince !== null && now.getTime() - stageSince.getTime() >= soakMs
}

/** The model is the champion and the one before retires; where a newer release was through before it, that one's stays, and this retires. */
export async function complete(trx: Trx, rollout: RolloutRow, now: Date): Promise<void> {
  await trx.updateTable('rollouts').set({ state: 'completed', endedAt: now }).where('id', '=', rollout.id).execute()
  const newer = await trx
    .selectFrom('rollouts')
    .select('id')
    .where('state', '=', 'completed')
    .where('sequence', '>', rollout.sequence)
    .limit(1)
    .executeTakeFirst()
  if (newer === undefined)
    await trx.updateTable('modelVersions').set({ status: 'retired' }).where('status', '=', 'champion').execute()
  await trx
    .updateTable('modelVersions')
    .set({ status: newer === undefined ? 'champion' : 'retired' })
    .where('modelId', '=', rollout.modelId)
    .execute()
  await appendAudit(trx, {
    actor: 'server',
    action: 'rollout.completed',
    subject: `model:${rollout.modelId}`,
    details: { sequence: rollout.sequence },
  })
}
