import type { ServerContext } from '../server/context.ts'

/** So long features of a recording are kept that no run has asked for; computed anew they are the same. */
const KEPT_DAYS = 90
/** A statement carries at most 65,535 parameters. */
const AT_ONCE = 10_000

/** Forgets features that no run has used for long; their bytes go with the next sweep of blobs. @returns how many. */
export async function sweepFeatures({ db }: Pick<ServerContext, 'db'>, now = new Date()): Promise<number> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000)
  return db.transaction().execute(async (trx) => {
    const old = await trx
      .selectFrom('featureFiles')
      .select('sha256')
      .where('usedAt', '<', before)
      .limit(AT_ONCE)
      .execute()
    if (old.length === 0) return 0
    const hashes = old.map(({ sha256 }) => sha256)
    await trx.deleteFrom('featureFiles').where('sha256', 'in', hashes).where('usedAt', '<', before).execute()
    await trx
      .insertInto('blobRemovals')
      .values(hashes.map((sha256) => ({ sha256, requestedAt: now })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return old.length
  })
}
