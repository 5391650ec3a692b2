import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import type { ServerContext } from '../../server/context.ts'
import { deviceStates } from './deviceStates.ts'
import { shadowAgreement } from './shadowAgreement.ts'

/** Rollouts as the console shows them, the newest first. */
export async function listRollouts({ db }: Pick<ServerContext, 'db'>): Promise<Rollout[]> {
  const rows = await db
    .selectFrom('rollouts')
    .innerJoin('modelVersions', 'modelVersions.modelId', 'rollouts.modelId')
    .leftJoin('channels', 'channels.id', 'rollouts.channelId')
    .selectAll('rollouts')
    .select(['modelVersions.version as modelVersion', 'channels.name as channelName'])
    .orderBy('rollouts.sequence', 'desc')
    .limit(50)
    .execute()
  return Promise.all(
    rows.map(async ({ modelVersion, channelName, ...row }) => {
      const { failures, ...devices } = await deviceStates(db, row)
      const soakMs = (row.stages[row.stage]?.soakHours ?? 0) * 3_600_000
      const next =
        row.state === 'running' && row.stageSince !== null ? new Date(row.stageSince.getTime() + soakMs) : null
      return {
        id: row.id,
        sequence: row.sequence,
        modelId: row.modelId,
        modelVersion,
        mode: row.mode,
        state: row.state,
        channel: row.channelId === null ? null : { id: row.channelId, name: channelName ?? '' },
        stages: row.stages,
        stage: row.stage,
        stageSince: row.stageSince?.toISOString() ?? null,
        nextAt: next?.toISOString() ?? null,
        failureLimitPermille: row.failureLimitPermille,
        reason: row.reason,
        startedBy: row.startedBy,
        createdAt: row.createdAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
        devices,
        failures: [...failures],
        agreement: await shadowAgreement(db, row.modelId),
      }
    }),
  )
}
