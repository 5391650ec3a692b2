import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import type { Database } from './schema.ts'

export type { Database }

/** Kysely over a pool. Keys inside JSON columns stay as they were written; only column names change case. */
export function openDatabase(url: string, options: { readonly maxConnections?: number } = {}): Kysely<Database> {
  const pool = new Pool({ connectionString: url, max: options.maxConnections ?? 10, application_name: 'spira' })
  // An idle connection that the database closes is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  // The same of one that is in use: the query under way, or the next, says so to whoever asks.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}
