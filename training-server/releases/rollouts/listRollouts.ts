import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { type Page, pageQuerySchema } from '@spira/shared/protocol/page.ts'
import type { Rollout } from '@spira/shared/protocol/rollouts.ts'
import { z } from 'zod'
import type { ServerContext } from '../../server/context.ts'
import { toPage } from '../../server/page.ts'
import { deviceStates } from './deviceStates.ts'
import { shadowAgreement } from './shadowAgreement.ts'

/** The cursor is the sequence of the last one shown. */
export const rolloutPageSchema = pageQuerySchema(z.coerce.number().int().nonnegative())

/** Rollouts as the console shows them, the newest first. */
export async function listRollouts(
  { db }: Pick<ServerContext, 'db'>,
  { cursor, limit }: z.output<typeof rolloutPageSchema> = rolloutPageSchema.parse({}),
): Promise<Page<Rollout>> {
  const rows = await selectRollouts(db)
    .$if(cursor !== undefined, (all) => all.where('rollouts.sequence', '<', cursor ?? 0))
    .orderBy('rollouts.sequence', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, nextCursor } = toPage(rows, limit, {
    toItem: (row) => row,
    cursorOf: ({ sequence }) => String(sequence),
  })
  return { items: await Promise.all(items.map((row) => toRollout(db, row))), nextCursor }
}

/** @throws SpiraError not_found */
export async function getRollout({ db }: Pick<ServerContext, 'db'>, id: string): Promise<Rollout> {
  const row = await selectRollouts(db).where('rollouts.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new SpiraError('not_found')
  return toRollout(db, row)
}

const selectRollouts = (db: ServerContext['db']) =>
  db
    .selectFrom('rollouts')
    .innerJoin('modelVersions', 'modelVersions.modelId', 'rollouts.modelId')
    .leftJoin('channels', 'channels.id', 'rollouts.channelId')
    .selectAll('rollouts')
    .select(['modelVersions.version as modelVersion', 'channels.name as channelName'])

type Row = Awaited<ReturnType<ReturnType<typeof selectRollouts>['execute']>>[number]

async function toRollout(db: ServerContext['db'], { modelVersion, channelName, ...row }: Row): Promise<Rollout> {
  const { failures, ...devices } = await deviceStates(db, row)
  const soakMs = (row.stages[row.stage]?.soakHours ?? 0) * 3_600_000
  const next = row.state === 'running' && row.stageSince !== null ? new Date(row.stageSince.getTime() + soakMs) : null
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
}
