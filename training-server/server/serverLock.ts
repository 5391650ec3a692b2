import { Client } from 'pg'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'

const AGAIN_MS = 1000

/**
 * One server process per database, unless every one of them was started to share it: then a second start is meant, and not a mistake
 * that splits the devices between two versions. The lock is a session's: when the process ends, however it ends, PostgreSQL lets it go.
 */
export async function takeServerLock(
  databaseUrl: string,
  dataFolder: string,
  use: 'alone' | 'shared',
): Promise<{ release(): Promise<void> }> {
  const lock = use === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  const life = { released: false }
  const take = async (): Promise<Client | null> => {
    const client = new Client({ connectionString: databaseUrl })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ taken: boolean }>(`select ${lock}($1) as taken`, [ADVISORY_LOCKS.server])
    if (rows[0]?.taken) {
      client.once('end', () => {
        if (!life.released) void takeAgain()
      })
      return client
    }
    await client.end()
    return null
  }
  // The database was away: until the lock is ours again a second server could start.
  const takeAgain = async (): Promise<void> => {
    while (!life.released) {
      const again = await take().catch(() => null)
      if (again !== null) {
        held = again
        return
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
  const first = await take()
  if (first === null)
    throw new Error(
      `Another Spira server uses the data in ${dataFolder}. Stop it first, or choose another folder with --data.`,
    )
  let held = first
  return {
    release: async () => {
      life.released = true
      await held.end().catch(() => undefined)
    },
  }
}
