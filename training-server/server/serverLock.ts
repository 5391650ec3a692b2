import { Client } from 'pg'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

/**
 * Only one server process per database: uploads are locked in its memory. The lock is a session's: when the process ends,
 * however it ends, PostgreSQL lets it go.
 */
export async function takeServerLock(databaseUrl: string, dataFolder: string): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    ADVISORY_LOCKS.server,
  ])
  if (rows[0]?.taken) return { release: () => client.end() }
  await client.end()
  throw new Error(
    `Another Spira server uses the data in ${dataFolder}. Stop it first, or choose another folder with --data.`,
  )
}
