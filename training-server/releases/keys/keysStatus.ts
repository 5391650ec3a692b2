import { ROLES } from '@spira/shared/release/metadata.ts'
import type { ReleaseKeys } from '@spira/shared/protocol/rollouts.ts'
import type { ServerContext } from '../../server/context.ts'
import { isNearExpiry } from '../lifetimes.ts'
import { latestSnapshot, latestTargets, latestTimestamp } from '../metadataFiles.ts'
import { rootOf } from '../repository.ts'
import { offlineRoles } from '../roleKeys.ts'

/** What signs each role, until when, and what waits for a signature. */
export const keysStatus = ({ db }: Pick<ServerContext, 'db'>, now = new Date()): Promise<ReleaseKeys> =>
  db.transaction().execute(async (trx) => {
    const root = await rootOf(trx)
    const files = {
      root,
      targets: await latestTargets(trx),
      snapshot: await latestSnapshot(trx),
      timestamp: await latestTimestamp(trx),
    }
    const offline = offlineRoles(root)
    const waiting = await trx
      .selectFrom('signingRequests')
      .select(['id', 'role', 'version', 'reason', 'createdAt'])
      .where('state', '=', 'waiting')
      .orderBy('createdAt')
      .execute()
    return {
      roles: ROLES.map((role) => {
        const { version = 0, expires = now.toISOString() } = files[role] ?? {}
        const { keyIDs, threshold } = root.roles[role]
        return {
          role,
          place: offline.includes(role) ? ('offline' as const) : ('online' as const),
          keys: keyIDs.length,
          threshold,
          version,
          expires: new Date(expires).toISOString(),
          due: offline.includes(role) && isNearExpiry(role, expires, now),
        }
      }),
      waiting: waiting.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
    }
  })
