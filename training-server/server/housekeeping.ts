import { sql } from 'kysely'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import { sweepOrphans } from '../blobs/sweepOrphans.ts'
import { sweepUploads } from '../ingest/sweepUploads.ts'
import { sweepFeatures } from '../jobs/sweepFeatures.ts'
import { sweepStaging } from '../imports/staging.ts'
import { applyRetention } from '../participants/retention.ts'
import { raiseAlerts } from '../monitoring/alerts.ts'
import { finishWithdrawals } from '../participants/withdraw.ts'
import type { ServerContext } from './context.ts'

const FIRST_MS = 60_000
const EVERY_MS = 3_600_000

/** What nobody asks for but time: done hourly by one of the server processes. @returns how to stop. */
export function startHousekeeping(context: ServerContext): () => Promise<void> {
  let running: Promise<void> | null = null
  const run = (): void => {
    running ??= keepHouse(context)
      .catch((error: unknown) => context.log.error({ err: error }, 'hourly work'))
      .finally(() => (running = null))
  }
  const first = setTimeout(run, FIRST_MS)
  const timer = setInterval(run, EVERY_MS)
  return async () => {
    clearTimeout(first)
    clearInterval(timer)
    await running
  }
}

/** Once. Where another process is at it, nothing. */
export async function keepHouse(context: ServerContext): Promise<void> {
  const { db, log } = context
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{
      taken: boolean
    }>`select pg_try_advisory_lock(${ADVISORY_LOCKS.housekeeping}) as taken`.execute(connection)
    if (!rows[0]?.taken) return
    try {
      const uploads = await sweepUploads(context)
      await sweepStaging(context)
      const features = await sweepFeatures(context)
      await finishWithdrawals(context)
      const orphans = await sweepOrphans(context)
      const retained = await applyRetention(context)
      await raiseAlerts(context)
      log.info({ ...uploads, orphans, retained, features }, 'hourly work done')
    } finally {
      await sql`select pg_advisory_unlock(${ADVISORY_LOCKS.housekeeping})`.execute(connection)
    }
  })
}
