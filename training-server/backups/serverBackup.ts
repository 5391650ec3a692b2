import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupState } from '@spira/shared/protocol/careApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { machineFailure } from '../server/machineFailure.ts'
import { backup, backupManifestSchema, MANIFEST } from './backup.ts'

const MADE_SHOWN = 20

/**
 * The backup that is made from the console, into one folder of the server's own choice: only what is new is copied, and what was erased
 * since is erased there, too (promise 8). It lies beside the data unless SPIRA_BACKUPS names another disk.
 */
export class ServerBackup {
  readonly #context: ServerContext
  readonly folder: string
  #running: Promise<void> | null = null
  #failure: string | null = null

  constructor(context: ServerContext) {
    this.#context = context
    this.folder = process.env['SPIRA_BACKUPS'] ?? join(context.folders.data, 'backup')
  }

  async state(): Promise<BackupState> {
    const made = await this.#context.db
      .selectFrom('auditLog')
      .select(['at', 'actor'])
      .where('action', '=', 'backup.made')
      .orderBy('sequence', 'desc')
      .limit(MADE_SHOWN)
      .execute()
    return {
      folder: this.folder,
      state: this.#running !== null ? 'running' : this.#failure === null ? 'idle' : 'failed',
      failure: this.#failure,
      last: await this.#last(),
      made: made.map(({ at, actor }) => ({ at: at.toISOString(), actor })),
    }
  }

  /** Begins; `state` says when it is done. @throws SpiraError backup_running */
  begin(actor: string): void {
    if (this.#running !== null) throw new SpiraError('backup_running')
    this.#failure = null
    this.#running = this.#make(actor).finally(() => {
      this.#running = null
    })
  }

  /** Until none is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #make(actor: string): Promise<void> {
    const { db, databaseUrl, log } = this.#context
    try {
      const { tables, blobs } = await backup({ context: this.#context, databaseUrl }, this.folder)
      await db.transaction().execute((trx) =>
        appendAudit(trx, {
          actor,
          action: 'backup.made',
          subject: 'server',
          details: { rows: rowsOf(tables), files: blobs.length },
        }),
      )
    } catch (error) {
      log.error({ err: error }, 'backup')
      this.#failure = machineFailure(error) ?? 'The backup failed; the log of the server says why.'
    }
  }

  /** The manifest is written last: without it there is no backup. */
  async #last(): Promise<BackupState['last']> {
    const text = await readFile(join(this.folder, MANIFEST), 'utf8').catch(() => null)
    if (text === null) return null
    const { madeAt, tables, blobs } = backupManifestSchema.parse(JSON.parse(text))
    return { madeAt, rows: rowsOf(tables), files: blobs.length }
  }
}

const rowsOf = (tables: Readonly<Record<string, { readonly rows: number }>>): number =>
  Object.values(tables).reduce((sum, { rows }) => sum + rows, 0)
