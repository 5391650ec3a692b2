import type { Transaction } from 'kysely'
import type { Rollout } from '@spira/shared/release/metadata.ts'
import type { Database } from '../../db/schema.ts'

/** Withdrawn releases stay named this many releases long: a device that was away meanwhile must hear of it. */
const WITHDRAWN_KEPT = 50

/** The rollouts as the snapshot says them to the devices; null while there is none to speak of. */
export async function signedRollouts(trx: Transaction<Database>): Promise<Rollout[] | null> {
  const rows = await trx
    .selectFrom('rollouts')
    .leftJoin('channels', 'channels.id', 'rollouts.channelId')
    .selectAll('rollouts')
    .select(['channels.siteIds', 'channels.deviceIds'])
    .where('rollouts.state', '!=', 'awaiting-signature')
    .orderBy('sequence', 'desc')
    .execute()
  if (rows.length === 0) return null
  const withdrawn = rows.filter(({ state }) => state === 'withdrawn').slice(0, WITHDRAWN_KEPT)
  return [...rows.filter(({ state }) => state !== 'withdrawn'), ...withdrawn].map((row) => ({
    sequence: row.sequence,
    modelId: row.modelId,
    mode: row.mode,
    state: row.state === 'withdrawn' ? 'withdrawn' : row.state === 'paused' ? 'held' : 'offered',
    sharePermille: row.stages[row.stage]?.sharePermille ?? 0,
    audience: row.channelId === null ? null : { siteIds: row.siteIds ?? [], deviceIds: row.deviceIds ?? [] },
  }))
}
