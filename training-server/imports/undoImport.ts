import { sql } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ImportRow } from '@spira/shared/protocol/importsApi.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { sweepBlobs } from '../blobs/sweepBlobs.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { ServerContext } from '../server/context.ts'
import { getImport } from './imports.ts'

/**
 * Takes an import out again: its encounters with everything that hangs on them, the participants whom nothing else is of, and their
 * audio. What is frozen stays frozen. @throws SpiraError not_found, import_not_staged, import_in_use
 */
export async function undoImport(
  context: Pick<ServerContext, 'db' | 'blobs'>,
  id: string,
  username: string,
): Promise<ImportRow> {
  await context.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.imports})`.execute(trx)
    // Nobody freezes what is on its way out.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.freeze})`.execute(trx)
    const { status } = await getImport({ db: trx }, id)
    if (status !== 'filed') throw new SpiraError('import_not_staged', { status })
    const ofImport = trx.selectFrom('importEncounters').select('encounterId').where('importId', '=', id)
    const recordings = await trx
      .selectFrom('recordings')
      .select(['id', 'sha256'])
      .where('encounterId', 'in', ofImport)
      .execute()
    const frozen = await trx
      .selectFrom('datasetItems')
      .innerJoin('datasetVersions', 'datasetVersions.id', 'datasetItems.datasetVersionId')
      .innerJoin('recordings', 'recordings.id', 'datasetItems.recordingId')
      .select('datasetVersions.name')
      .where('recordings.encounterId', 'in', ofImport)
      .limit(1)
      .executeTakeFirst()
    if (frozen !== undefined) throw new SpiraError('import_in_use', { name: frozen.name })
    if (recordings.length > 0) {
      const hashes = recordings.map(({ sha256 }) => sha256)
      const features = await trx
        .deleteFrom('featureFiles')
        .where(sql<boolean>`recording_sha256 = any(${hashes}::text[])`)
        .returning('sha256')
        .execute()
      const removals = [...hashes, ...features.map(({ sha256 }) => sha256)]
      await sql`insert into blob_removals (sha256, requested_at) select distinct hash, now() from unnest(${removals}::text[]) as hash
        on conflict do nothing`.execute(trx)
    }
    await trx.deleteFrom('encounters').where('id', 'in', ofImport).execute()
    const gone = await sql`
      delete from participants where id in (select participant_id from import_participants where import_id = ${id})
        and not exists (select from encounters where participant_id = participants.id)`.execute(trx)
    await trx.deleteFrom('importParticipants').where('importId', '=', id).execute()
    await trx.updateTable('imports').set({ status: 'undone', undoneAt: new Date() }).where('id', '=', id).execute()
    await appendAudit(trx, {
      actor: `account:${username}`,
      action: 'import.undone',
      subject: `import:${id}`,
      details: { recordings: recordings.length, participants: Number(gone.numAffectedRows ?? 0) },
    })
  })
  await sweepBlobs(context)
  return getImport(context, id)
}
