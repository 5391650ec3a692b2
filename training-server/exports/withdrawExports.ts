import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/**
 * A withdrawal reaches what was exported: the archives that hold the participant are removed with the next sweep, one that is being
 * written stops, and the list says why. What was downloaded already is on the list to delete (datasets/withdrawnItems.ts).
 */
export async function withdrawExports(trx: Transaction<Database>, versions: readonly string[]): Promise<void> {
  if (versions.length === 0) return
  await sql`
    insert into blob_removals (sha256, requested_at)
    select sha256, now() from exports where dataset_version_id = any(${versions}::uuid[]) and sha256 is not null
    on conflict do nothing`.execute(trx)
  const failure = 'A participant of its dataset version has withdrawn. Export the version without them.'
  await trx
    .updateTable('exports')
    .set({ status: 'withdrawn', sha256: null, croissant: null, byteLength: null, failure, endedAt: new Date() })
    .where('datasetVersionId', 'in', versions)
    .where('status', 'in', ['queued', 'succeeded'])
    .execute()
  await trx
    .updateTable('exports')
    .set({ cancelRequested: true })
    .where('datasetVersionId', 'in', versions)
    .where('status', '=', 'running')
    .execute()
}
