import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.ts'

/** These list blobs in order to take them away. */
const NO_REFERENCE: ReadonlySet<string> = new Set(['blob_removals', 'blob_orphans'])

/**
 * Which of these blobs no row refers to. A reference is any text column whose name ends in `sha256`, of whatever table, so that a
 * capability that keeps something new as a blob need not be known here. Recordings count from the moment they are announced: the
 * bytes of an unfinished upload are referred to before they are a blob.
 */
export async function unreferredBlobs(db: Kysely<Database>, hashes: readonly string[]): Promise<readonly string[]> {
  if (hashes.length === 0) return []
  const { rows: columns } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and data_type = 'text' and column_name like '%sha256'
  `.execute(db)
  const referred = columns
    .filter(({ table }) => !NO_REFERENCE.has(table))
    .map(({ table, column }) => sql`exists (select from ${sql.table(table)} where ${sql.ref(column)} = blob)`)
  const { rows } = await sql<{ blob: string }>`
    select blob from unnest(${hashes}::text[]) as blob where not (${sql.join(referred, sql` or `)})
  `.execute(db)
  return rows.map(({ blob }) => blob)
}
