import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { Client } from 'pg'
import { settle } from '../jobs/stages/settle.ts'
import { ensureStageQueues } from '../jobs/stages/stageJobs.ts'
import type { ServerContext } from '../server/context.ts'
import { backupManifestSchema, blobPath, fileHash, MANIFEST, tablesOf, type BackupManifest } from './backup.ts'

const BATCH = 500

/**
 * Reads a backup whole and compares it with its manifest, before anything is changed anywhere.
 *
 * @throws Error naming what is damaged or missing.
 */
export async function checkBackup(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => {
    throw new Error(`${folder} holds no finished backup: ${MANIFEST} is not there.`)
  })
  const manifest = backupManifestSchema.parse(JSON.parse(text))
  for (const [table, { sha256 }] of Object.entries(manifest.tables)) {
    const hash = createHash('sha256')
    for await (const line of linesOf(folder, table)) hash.update(`${line}\n`)
    if (hash.digest('hex') !== sha256) throw new Error(`The table ${table} in ${folder} is damaged.`)
  }
  for (const sha256 of manifest.blobs)
    if ((await fileHash(blobPath(folder, sha256)).catch(() => '')) !== sha256)
      throw new Error(`The stored file ${sha256} in ${folder} is damaged or missing.`)
  for (const [name, sha256] of Object.entries(manifest.keys))
    if ((await fileHash(join(folder, 'keys', name)).catch(() => '')) !== sha256)
      throw new Error(`The key ${name} in ${folder} is damaged or missing.`)
  return manifest
}

/** Puts the keys in place, before a server's context is opened over them. @throws Error where there are keys already. */
export async function restoreKeys(folder: string, { keys }: BackupManifest, dataFolder: string): Promise<void> {
  const target = join(dataFolder, 'keys')
  if ((await readdir(target).catch(() => [])).length > 0)
    throw new Error(
      `${dataFolder} holds the keys of a server already. Restore into a folder that is empty or not there.`,
    )
  for (const name of Object.keys(keys)) {
    await mkdir(join(target, name, '..'), { recursive: true, mode: 0o700 })
    await copyFile(join(folder, 'keys', name), join(target, name))
    await chmod(join(target, name), 0o600)
  }
}

/**
 * Fills the empty tables and the blob store of a context that was opened over the restored keys. All rows in one transaction. Runs that
 * were under way go on: their jobs are made anew from their rows.
 *
 * @throws Error where the database holds a server's data already, or was made by another version.
 */
export async function restore(
  { context, databaseUrl }: { readonly context: ServerContext; readonly databaseUrl: string },
  folder: string,
  manifest: BackupManifest,
): Promise<void> {
  for (const sha256 of manifest.blobs) {
    const put = await context.blobs.put(await readFile(blobPath(folder, sha256)))
    if (put !== sha256) throw new Error(`The stored file ${sha256} changed while it was restored.`)
  }
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('begin')
    await requireEmpty(client, manifest)
    // References and append-only tables are as they were when they were written.
    await client.query('set local session_replication_role = replica')
    for (const table of await tablesOf(client)) await fill(client, table, folder)
    // What came after the backup is not here: devices see it by this, and send again what they have receipts for.
    await client.query('update server set epoch = gen_random_uuid()')
    await client.query('commit')
  } finally {
    await client.end()
  }
  await goOn(context)
}

async function requireEmpty(client: Client, manifest: BackupManifest): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  const here = rows.map(({ name }) => name)
  if (JSON.stringify(here) !== JSON.stringify(manifest.migrations))
    throw new Error(
      'The backup was made by another version of this program. Restore it with that version, then update.',
    )
  // Opening the context gave the database a server of its own.
  await client.query('delete from server')
  for (const table of await tablesOf(client)) {
    const { rowCount } = await client.query(`select from ${client.escapeIdentifier(table)} limit 1`)
    if (rowCount !== 0) throw new Error(`The database holds data already (${table}). Restore into an empty one.`)
  }
}

async function fill(client: Client, table: string, folder: string): Promise<void> {
  const name = client.escapeIdentifier(table)
  const columns = await columnsOf(client, table)
  const listed = columns.map(({ column }) => client.escapeIdentifier(column))
  const insert = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return
    // Never parsed here: numbers keep all their digits, instants their microseconds.
    await client.query(
      `insert into ${name} (${listed.join(', ')}) overriding system value select ${listed.map((column) => `row.${column}`).join(', ')} from jsonb_array_elements($1::jsonb) value, jsonb_populate_record(null::${name}, value) row`,
      [`[${lines.join(',')}]`],
    )
  }
  let batch: string[] = []
  for await (const line of linesOf(folder, table)) {
    batch.push(line)
    if (batch.length < BATCH) continue
    await insert(batch)
    batch = []
  }
  await insert(batch)
  for (const { column } of columns.filter(({ identity }) => identity))
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${client.escapeIdentifier(column)}), 1), max(${client.escapeIdentifier(column)}) is not null) from ${name}`,
      [table, column],
    )
}

/** All but those that the database computes itself. */
async function columnsOf(client: Client, table: string) {
  const { rows } = await client.query<{ column: string; identity: boolean }>(
    `select column_name as column, is_identity = 'YES' as identity from information_schema.columns
    where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  )
  return rows
}

async function* linesOf(folder: string, table: string): AsyncGenerator<string> {
  const gunzip = createGunzip()
  const file = createReadStream(join(folder, 'tables', `${table}.jsonl.gz`))
  file.on('error', (error) => gunzip.destroy(error))
  for await (const line of createInterface({ input: file.pipe(gunzip), crlfDelay: Infinity })) yield line
}

async function goOn(context: ServerContext): Promise<void> {
  const { db, boss } = context
  await boss.start()
  await ensureStageQueues(boss)
  const runs = await db.selectFrom('trainingRuns').select('id').where('status', 'in', ['queued', 'running']).execute()
  for (const { id } of runs)
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('runStages')
        .set({ state: 'waiting' })
        .where('runId', '=', id)
        .where('state', 'in', ['queued', 'running'])
        .execute()
      await settle(trx, context, id)
    })
  await db
    .updateTable('exports')
    .set({
      status: 'failed',
      failure: 'The server was restored from a backup while it ran. Start it again.',
      endedAt: new Date(),
    })
    .where('status', 'in', ['queued', 'running'])
    .execute()
  await boss.stop({ graceful: true, timeout: 5000 })
}
