import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { exportSource } from './exportSource.ts'
import { croissant } from './layouts/croissant.ts'
import { filesOf } from './layouts/index.ts'
import { writeArchive } from './writeArchive.ts'

const PROGRESS_EVERY_MS = 1000

class Stopped extends Error {}

/**
 * Writes the archive aside, files it as a blob and only then says that it is there. Stopped or killed at any moment it leaves
 * nothing; done twice it is the same blob.
 *
 * @param signal aborts when the worker stops: the job is handed back and begun again.
 */
export async function executeExport(context: ServerContext, exportId: string, signal: AbortSignal): Promise<void> {
  const { db, blobs, folders, log } = context
  const taken = await db
    .updateTable('exports')
    .set({ status: 'running', progress: 0 })
    .where('id', '=', exportId)
    .where('status', 'in', ['queued', 'running'])
    .returning(['request', 'createdBy', 'fileName'])
    .executeTakeFirst()
  if (taken === undefined) return
  await mkdir(folders.work, { recursive: true })
  const folder = await mkdtemp(join(folders.work, 'export-'))
  const { request, createdBy, fileName } = taken
  try {
    const source = await exportSource(context, request)
    const stop = watchForCancel(context, exportId)
    try {
      const path = join(folder, fileName)
      const archive = await writeArchive(filesOf(source, request.layout), path, (done) => {
        signal.throwIfAborted()
        stop.check(Math.min(0.99, done / (source.items.length + 3)))
      })
      const description = croissant(source, request.layout, { fileName, ...archive })
      await blobs.file(path, archive.sha256)
      await db.transaction().execute(async (trx) => {
        // A withdrawal that came while this was being written takes the archive with it.
        const { withdrawnAt } = await trx
          .selectFrom('datasetVersions')
          .select('withdrawnAt')
          .where('id', '=', request.datasetVersionId)
          .forShare()
          .executeTakeFirstOrThrow()
        if (withdrawnAt !== null) {
          await trx
            .insertInto('blobRemovals')
            .values({ sha256: archive.sha256, requestedAt: new Date() })
            .onConflict((conflict) => conflict.doNothing())
            .execute()
          await trx
            .updateTable('exports')
            .set({ status: 'withdrawn', endedAt: new Date() })
            .where('id', '=', exportId)
            .execute()
          return
        }
        await trx
          .updateTable('exports')
          .set({
            status: 'succeeded',
            progress: 1,
            byteLength: archive.byteLength,
            sha256: archive.sha256,
            croissant: JSON.stringify(description),
            endedAt: new Date(),
          })
          .where('id', '=', exportId)
          .execute()
        await appendAudit(trx, {
          actor: `account:${createdBy}`,
          action: 'export.made',
          subject: `export:${exportId}`,
          details: { sha256: archive.sha256, recordings: source.items.length, layout: request.layout },
        })
      })
    } finally {
      await stop.end()
    }
  } catch (error) {
    if (signal.aborted) throw error
    const failure = error instanceof SpiraError ? error.message : 'The archive could not be written. The log says more.'
    const cancelled = error instanceof Stopped
    if (!cancelled) log.error({ err: error, exportId }, 'export')
    await db
      .updateTable('exports')
      .set({ status: cancelled ? 'cancelled' : 'failed', failure: cancelled ? null : failure, endedAt: new Date() })
      .where('id', '=', exportId)
      .execute()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes the progress and reads the wish to stop, once a second, beside the work. */
function watchForCancel({ db }: ServerContext, exportId: string) {
  let progress = 0
  let asked = false
  let last = Promise.resolve()
  const tell = async (): Promise<void> => {
    const row = await db
      .updateTable('exports')
      .set({ progress })
      .where('id', '=', exportId)
      .returning('cancelRequested')
      .executeTakeFirst()
    asked = row?.cancelRequested ?? true
  }
  const timer = setInterval(() => {
    // A database that does not answer is met by the work itself.
    last = tell().catch(() => undefined)
  }, PROGRESS_EVERY_MS)
  return {
    check: (reached: number): void => {
      progress = reached
      if (asked) throw new Stopped()
    },
    end: async (): Promise<void> => {
      clearInterval(timer)
      await last
    },
  }
}
