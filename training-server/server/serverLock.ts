import { Client } from 'pg'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

/**
 * One server process per database, unless every one of them was started to share it: then a second start is meant, and not a mistake
 * that splits the devices between two versions. The lock is a session's: when the process ends, however it ends, PostgreSQL lets it go.
 */
export async function takeServerLock(
  databaseUrl: string,
  dataFolder: string,
  use: 'alone' | 'shared',
): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  const lock = use === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  const { rows } = await client.query<{ taken: boolean }>(`select ${lock}($1) as taken`, [ADVISORY_LOCKS.server])
  if (rows[0]?.taken) return { release: () => client.end() }
  await client.end()
  throw new Error(
    `Another Spira server uses the data in ${dataFolder}. Stop it first, or choose another folder with --data.`,
  )
}
