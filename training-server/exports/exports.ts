import { fromKysely, type PgBoss } from 'pg-boss'
import type { ExportRequest, ExportRow } from '@spira/shared/protocol/exportsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, type IdPage, toPage } from '../server/page.ts'

export const EXPORT_QUEUE = 'export'
export interface ExportJob {
  readonly exportId: string
}

/** An export that a killed worker began is begun again by another: it has no effect before its last step. */
export const ensureExportQueue = (boss: PgBoss): Promise<void> =>
  boss.createQueue(EXPORT_QUEUE, { retryLimit: 5, retryDelay: 2, heartbeatSeconds: 15, expireInSeconds: 12 * 3600 })

/** Lists it, notes it in the audit log and hands it to a worker. @throws SpiraError not_found */
export async function startExport(
  { db, boss }: ServerContext,
  request: ExportRequest,
  createdBy: string,
): Promise<ExportRow> {
  const id = newId()
  await db.transaction().execute(async (trx) => {
    const version = await trx
      .selectFrom('datasetVersions')
      .select('contentHash')
      .where('id', '=', request.datasetVersionId)
      .executeTakeFirst()
    if (version === undefined) throw new SpiraError('not_found')
    await trx
      .insertInto('exports')
      .values({
        id,
        datasetVersionId: request.datasetVersionId,
        request: JSON.stringify(request),
        status: 'queued',
        progress: 0,
        fileName: `spira-${version.contentHash.slice(0, 12)}-${request.layout}.zip`,
        createdBy,
        createdAt: new Date(),
      })
      .execute()
    const job: ExportJob = { exportId: id }
    await boss.send(EXPORT_QUEUE, job, { id, db: fromKysely(trx.withoutPlugins()) })
    await appendAudit(trx, {
      actor: `account:${createdBy}`,
      action: 'export.requested',
      subject: `export:${id}`,
      details: { datasetVersionId: request.datasetVersionId, layout: request.layout, clearedText: request.clearedText },
    })
  })
  return getExport({ db }, id)
}

const rows = (db: ServerContext['db']) =>
  db
    .selectFrom('exports')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'exports.datasetVersionId')
    .selectAll('exports')
    .select('datasetVersions.name as datasetName')

/** The newest first. */
export async function listExports(
  { db }: Pick<ServerContext, 'db'>,
  { cursor, limit }: IdPage,
): Promise<Page<ExportRow>> {
  const found = await rows(db)
    .$if(cursor !== undefined, (all) => all.where('exports.id', '<', cursor ?? ''))
    .orderBy('exports.id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(found, limit, { toItem: toExportRow, cursorOf: idOf })
}

/** @throws SpiraError not_found */
export async function getExport({ db }: Pick<ServerContext, 'db'>, id: string): Promise<ExportRow> {
  const row = await rows(db).where('exports.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new SpiraError('not_found')
  return toExportRow(row)
}

/** Asks the worker to stop; one that nobody has taken yet ends at once. @throws SpiraError not_found, run_not_cancellable */
export async function cancelExport(context: ServerContext, id: string): Promise<ExportRow> {
  const { db } = context
  await getExport(context, id)
  const asked = await db
    .updateTable('exports')
    .set((set) => ({
      cancelRequested: true,
      status: set
        .case()
        .when('status', '=', 'queued')
        .then('cancelled' as const)
        .else(set.ref('status'))
        .end(),
      endedAt: set.case().when('status', '=', 'queued').then(new Date()).else(set.ref('endedAt')).end(),
    }))
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (asked.numUpdatedRows === 0n) throw new SpiraError('run_not_cancellable')
  return getExport(context, id)
}

type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>

const toExportRow = (row: Row): ExportRow => ({
  id: row.id,
  datasetVersionId: row.datasetVersionId,
  datasetName: row.datasetName,
  layout: row.request.layout,
  status: row.status,
  progress: row.progress,
  fileName: row.fileName,
  byteLength: row.byteLength === null ? null : Number(row.byteLength),
  sha256: row.sha256,
  failure: row.failure,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})
