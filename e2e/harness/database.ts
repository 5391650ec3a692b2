import type { Kysely } from 'kysely'
import { openDatabase } from '../../training-server/db/database.ts'
import { openPostgres } from '../../training-server/db/postgres.ts'
import type { Database } from '../../training-server/db/schema.ts'
import type { TestServer } from './server.ts'

/** Asks the running server's own PostgreSQL, beside the server: what is on disk, not what an API says is. */
export async function querying<T>(server: TestServer, ask: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const postgres = await openPostgres({ dataFolder: server.data })
  const db = openDatabase(postgres.url, { maxConnections: 1 })
  try {
    return await ask(db)
  } finally {
    await db.destroy()
    await postgres.stop()
  }
}
