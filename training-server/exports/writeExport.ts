import type { ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import type { Transaction } from 'kysely'
import { type AuditEntry, appendAudit } from '../audit/auditLog.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { exportSource } from './exportSource.ts'
import { croissant } from './layouts/croissant.ts'
import { filesOf } from './layouts/index.ts'
import { writeArchive } from './writeArchive.ts'

export interface WrittenExport {
  readonly byteLength: number
  readonly sha256: string
  readonly recordings: number
  readonly croissant: object
}

/**
 * Writes a dataset version as one archive, for the job of the console and for the command line alike. It has not left yet: `letGo` says
 * whether it may.
 *
 * @param path of the new file.
 * @param fileName under which its description names it.
 * @param onSound told after each recording read which share of the sound was; throw there to stop.
 * @throws SpiraError not_found, dataset_withdrawn, recording_damaged
 */
export async function writeExport(
  context: ServerContext,
  request: ExportRequest,
  { path, fileName, onSound }: { path: string; fileName: string; onSound: (share: number) => void },
): Promise<WrittenExport> {
  const source = await exportSource(context, request)
  // Features are computed in two passes, one for the MFCC and one for the descriptors.
  const passes = request.layout === 'features' || request.layout === 'features-parquet' ? 2 : 1
  let read = 0
  const told: typeof source = {
    ...source,
    readWav: async (item) => {
      const wav = await source.readWav(item)
      read += 1
      onSound(read / (source.items.length * passes))
      return wav
    },
  }
  const archive = await writeArchive(filesOf(told, request.layout), path)
  return {
    byteLength: archive.byteLength,
    sha256: archive.sha256,
    recordings: source.items.length,
    croissant: croissant(source, request.layout, { fileName, ...archive }),
  }
}

/**
 * The last step: that nobody has withdrawn while it was being written, that it is there (`list`), and in the audit log that it was made.
 *
 * @throws SpiraError dataset_withdrawn, and nothing has changed.
 */
export const letGo = (
  { db }: Pick<ServerContext, 'db'>,
  request: ExportRequest,
  { sha256, recordings }: WrittenExport,
  {
    actor,
    subject,
    list,
  }: Pick<AuditEntry, 'actor' | 'subject'> & { readonly list?: (trx: Transaction<Database>) => Promise<unknown> },
): Promise<void> =>
  db.transaction().execute(async (trx) => {
    // A withdrawal waits until this is committed, and then finds it; or this one for that, and then sees it.
    await trx
      .selectFrom('datasetVersions')
      .select('id')
      .where('id', '=', request.datasetVersionId)
      .forShare()
      .executeTakeFirst()
    await requireNotWithdrawn(trx, request.datasetVersionId)
    await list?.(trx)
    const { layout, clearedText } = request
    const details = { sha256, recordings, layout, clearedText }
    await appendAudit(trx, { actor, subject, action: 'export.made', details })
  })
