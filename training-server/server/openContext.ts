import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { PgBoss } from 'pg-boss'
import { newId } from '@spira/shared/protocol/ids.ts'
import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { VerifiedTokens } from '../fleet/verifiedTokens.ts'
import { FilingQueue } from '../ingest/filingQueue.ts'
import { UploadLocks } from '../ingest/uploadLocks.ts'
import type { ServerContext } from './context.ts'
import { machineFailure } from './machineFailure.ts'
import { openStores } from './openStores.ts'
import { loadServerKeys } from './serverKeys.ts'

export interface OpenContext {
  readonly context: ServerContext
  readonly databaseUrl: string
  close(): Promise<void>
}

/** Everything a process of this server needs: database up to date, folders, keys. `boss` is made but not started. */
export async function openContext(options: {
  readonly dataFolder: string
  readonly databaseUrl?: string | undefined
  readonly log: Logger
}): Promise<OpenContext> {
  await makeFolder(options.dataFolder)
  const postgres = await openPostgres(options)
  try {
    const context = await makeContext({ ...options, databaseUrl: postgres.url })
    return {
      context,
      databaseUrl: postgres.url,
      close: async () => {
        await context.uploadLocks.close()
        await context.db.destroy()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** The context over a database that is there. */
export async function makeContext(options: {
  dataFolder: string
  databaseUrl: string
  log: Logger
}): Promise<ServerContext> {
  const { dataFolder, databaseUrl, log } = options
  const folders = {
    data: dataFolder,
    uploads: join(dataFolder, 'uploads'),
    work: join(dataFolder, 'work'),
    keys: join(dataFolder, 'keys'),
  }
  for (const folder of [folders.uploads, folders.work, folders.keys])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  const stores = await openStores(folders, process.env['SPIRA_BLOBS'])
  const keys = await loadServerKeys(folders.keys)
  const db = openDatabase(databaseUrl)
  try {
    await migrate(db)
    const boss = new PgBoss({
      connectionString: databaseUrl,
      max: 4,
      application_name: 'spira-jobs',
      // How soon the job of a killed worker is given to another.
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
    })
    boss.on('error', (error) => log.error({ err: error }, machineFailure(error) ?? 'job queue'))
    const uploadLocks = new UploadLocks(databaseUrl, log, () => stores.uploads.distrustHashes())
    return {
      serverId: await serverIdOf(db),
      db,
      databaseUrl,
      ...stores,
      uploadLocks,
      filingQueue: new FilingQueue(),
      verifiedTokens: new VerifiedTokens(),
      boss,
      keys,
      folders,
      log,
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function serverIdOf(db: ServerContext['db']): Promise<string> {
  await db
    .insertInto('server')
    .values({ id: newId(), createdAt: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await db.selectFrom('server').select('id').executeTakeFirstOrThrow()).id
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 })
  } catch (cause) {
    throw new Error(
      `The data folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code}). Choose another with --data.`,
      { cause },
    )
  }
}
