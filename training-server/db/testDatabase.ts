import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, inject } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { makeContext } from '../server/openContext.ts'
import type { ServerContext } from '../server/context.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { type OpenPostgres, openPostgres } from './postgres.ts'
import { ADVISORY_LOCKS } from './advisoryLocks.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Data folder of the PostgreSQL cluster of this test run (testCluster.ts); the first test that needs it starts it. */
    postgresFolder: string
  }
}

const TEMPLATE = 'spira_template'
/** Held once by a process, whatever the number of its test files. */
let cluster: Promise<OpenPostgres> | undefined

/**
 * A fresh, migrated database on the real PostgreSQL of this test run, and a complete context over temporary folders. Call
 * it at the top of a test file; everything is taken away after the file. `context.boss` is not started: `await context.boss.start()`.
 */
export async function withTestDatabase(): Promise<{ db: ServerContext['db']; context: ServerContext; url: string }> {
  cluster ??= openPostgres({ dataFolder: inject('postgresFolder') })
  const { url: adminUrl } = await cluster
  const name = `test_${newId().replaceAll('-', '')}`
  const admin = new Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.testTemplate])
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [TEMPLATE])
  if (rowCount === 0) await makeTemplate(admin, adminUrl)
  await admin.query(`create database ${name} template ${TEMPLATE}`)
  await admin.end()

  const url = withDatabase(adminUrl, name)
  const dataFolder = await mkdtemp(join(tmpdir(), 'spira-test-'))
  const context = await makeContext({ dataFolder, databaseUrl: url, log: pino({ level: 'silent' }) })
  afterAll(async () => {
    await context.boss.stop({ graceful: false })
    await context.uploadLocks.close()
    await context.db.destroy()
    await rm(dataFolder, { recursive: true, force: true })
  })
  return { db: context.db, context, url }
}

async function makeTemplate(admin: Client, adminUrl: string): Promise<void> {
  await admin.query(`create database ${TEMPLATE}_new`)
  const db = openDatabase(withDatabase(adminUrl, `${TEMPLATE}_new`))
  await migrate(db)
  await db.destroy()
  await admin.query(`alter database ${TEMPLATE}_new rename to ${TEMPLATE}`)
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
