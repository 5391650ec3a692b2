import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Client } from 'pg'
import { z } from 'zod'
import { sha256Schema } from '@spira/shared/protocol/ids.ts'
import type { ServerContext } from '../server/context.ts'
import { writeFileAtomically } from '../training/atomicFile.ts'

/** What a backup holds, written last: a folder without it is no backup. */
export const backupManifestSchema = z.object({
  schema: z.literal('spira-backup/1'),
  serverId: z.string(),
  madeAt: z.string(),
  /** Names of the migrations that made the tables: only the same version can restore them. */
  migrations: z.array(z.string()),
  tables: z.record(z.string(), z.object({ rows: z.number().int(), sha256: sha256Schema })),
  blobs: z.array(sha256Schema),
  keys: z.record(z.string(), sha256Schema),
})
export type BackupManifest = z.infer<typeof backupManifestSchema>

/** Rows that are fetched at once: what is in memory, however large the table. */
const BATCH = 1000

export const MANIFEST = 'manifest.json'
/** Names a stored blob within a backup. */
export const blobPath = (folder: string, sha256: string): string => join(folder, 'blobs', sha256.slice(0, 2), sha256)

/**
 * Writes everything a server is into a folder while it goes on working: its tables as of one moment, its stored files, its keys. A
 * file that is there already from the backup before is not copied again, so that a daily backup into one folder costs what is new.
 */
export async function backup(
  { context, databaseUrl }: { readonly context: ServerContext; readonly databaseUrl: string },
  out: string,
): Promise<BackupManifest> {
  await mkdir(join(out, 'tables'), { recursive: true, mode: 0o700 })
  await rm(join(out, MANIFEST), { force: true })
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    // One moment of the database for all tables; what is filed later is in the next backup.
    await client.query('begin isolation level repeatable read read only')
    const tables: BackupManifest['tables'] = {}
    for (const table of await tablesOf(client)) tables[table] = await dump(client, table, join(out, 'tables'))
    await client.query('commit')
    const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
    const manifest: BackupManifest = {
      schema: 'spira-backup/1',
      serverId: context.serverId,
      madeAt: new Date().toISOString(),
      migrations: rows.map(({ name }) => name),
      tables,
      // After the tables: a stored file is there before the row that names it.
      blobs: await copyBlobs(context, out),
      keys: await copyKeys(context.folders.keys, join(out, 'keys')),
    }
    await writeFileAtomically(join(out, MANIFEST), JSON.stringify(manifest))
    return manifest
  } finally {
    await client.end()
  }
}

/** The server's own tables; the job queue's are made anew, and its jobs follow from the runs' rows. */
export async function tablesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = current_schema() and tablename not like 'kysely%' order by tablename",
  )
  return rows.map(({ name }) => name)
}

async function dump(client: Client, table: string, folder: string) {
  const hash = createHash('sha256')
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    await client.query(
      `declare backed_up cursor for select to_jsonb(t)::text as line from ${client.escapeIdentifier(table)} t`,
    )
    for (;;) {
      const { rows } = await client.query<{ line: string }>(`fetch ${BATCH} from backed_up`)
      if (rows.length === 0) break
      count += rows.length
      const text = rows.map(({ line }) => `${line}\n`).join('')
      hash.update(text)
      yield text
    }
    await client.query('close backed_up')
  }
  const path = join(folder, `${table}.jsonl.gz`)
  await pipeline(lines, createGzip(), createWriteStream(`${path}.part`, { mode: 0o600 }))
  await rename(`${path}.part`, path)
  return { rows: count, sha256: hash.digest('hex') }
}

async function copyBlobs({ blobs }: ServerContext, out: string): Promise<string[]> {
  const copied: string[] = []
  for await (const sha256 of blobs.list()) {
    const target = blobPath(out, sha256)
    copied.push(sha256)
    if (await stat(target).catch(() => null)) continue
    await mkdir(join(target, '..'), { recursive: true, mode: 0o700 })
    const written = await pipeline(
      await blobs.open(sha256),
      createWriteStream(`${target}.part`, { mode: 0o600 }),
    ).catch(
      // Withdrawn in this very moment: it is gone from here, too.
      (error: NodeJS.ErrnoException) =>
        error.code === 'not_found' || error.code === 'ENOENT' ? 'gone' : Promise.reject(error),
    )
    if (written === 'gone') copied.pop()
    else await rename(`${target}.part`, target)
  }
  await removeOthers(out, new Set(copied))
  return copied.sort()
}

/** What the server has erased since the backup before is erased from the backup (promise 8). */
async function removeOthers(out: string, kept: ReadonlySet<string>): Promise<void> {
  const folder = join(out, 'blobs')
  for (const part of await readdir(folder).catch(() => []))
    for (const name of await readdir(join(folder, part)))
      if (!kept.has(name)) await rm(join(folder, part, name), { force: true })
}

async function copyKeys(from: string, to: string): Promise<Record<string, string>> {
  await rm(to, { recursive: true, force: true })
  await mkdir(to, { recursive: true, mode: 0o700 })
  const hashes: Record<string, string> = {}
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(from.length + 1)
    await mkdir(join(to, name, '..'), { recursive: true, mode: 0o700 })
    await copyFile(path, join(to, name))
    await chmod(join(to, name), 0o600)
    hashes[name] = await fileHash(path)
  }
  return hashes
}

export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
