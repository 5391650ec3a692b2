import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'
import { letGo, writeExport } from './writeExport.ts'

const PROGRESS_EVERY_MS = 1000

class Stopped extends Error {}
/** By a participant, while it was being written. */
class Withdrawn extends Error {}

function endOf(error: unknown): { status: 'cancelled' | 'withdrawn' | 'failed'; failure: string | null } {
  if (error instanceof Stopped) return { status: 'cancelled', failure: null }
  if (error instanceof Withdrawn) return { status: 'withdrawn', failure: error.message }
  const failure = error instanceof SpiraError ? error.message : 'The archive could not be written. The log says more.'
  return { status: 'failed', failure }
}

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
  const prefix = `export-${exportId}-`
  const folder = await mkdtemp(join(folders.work, prefix))
  const { request, createdBy, fileName } = taken
  try {
    const stop = watchForCancel(context, exportId)
    try {
      const path = join(folder, fileName)
      const written = await writeExport(context, request, {
        path,
        fileName,
        onSound: (share) => {
          signal.throwIfAborted()
          stop.check(Math.min(0.99, share))
        },
      })
      await blobs.file(path, written.sha256)
      await letGo(context, request, written, {
        actor: `account:${createdBy}`,
        subject: `export:${exportId}`,
        list: (trx) =>
          trx
            .updateTable('exports')
            .set({
              status: 'succeeded',
              progress: 1,
              byteLength: written.byteLength,
              sha256: written.sha256,
              croissant: JSON.stringify(written.croissant),
              endedAt: new Date(),
            })
            .where('id', '=', exportId)
            .execute(),
      }).catch(async (error: unknown) => {
        // Filed already, and nothing says that it is there: the next sweep takes it away.
        await db
          .insertInto('blobRemovals')
          .values({ sha256: written.sha256, requestedAt: new Date() })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        throw error instanceof SpiraError && error.code === 'dataset_withdrawn' ? new Withdrawn(error.message) : error
      })
    } finally {
      await stop.end()
    }
  } catch (error) {
    if (signal.aborted) throw error
    const ended = endOf(error)
    if (ended.status === 'failed') log.error({ err: error, exportId }, 'export')
    await db
      .updateTable('exports')
      .set({ ...ended, endedAt: new Date() })
      .where('id', '=', exportId)
      .where('status', '=', 'running')
      .execute()
  } finally {
    // With what a worker left that was killed at it.
    for (const name of await readdir(folders.work))
      if (name.startsWith(prefix)) await rm(join(folders.work, name), { recursive: true, force: true })
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
      // One that has ended keeps the progress it ended with.
      .where('status', '=', 'running')
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
