import { statfs } from 'node:fs/promises'
import { sql } from 'kysely'
import type { StorageFacts } from '@spira/shared/protocol/careApi.ts'
import type { ServerContext } from '../server/context.ts'

/** How much lies on the server and what is awaited, by the tables; what nothing refers to, as the hourly work found it last. */
export async function storageFacts({ db, folders }: Pick<ServerContext, 'db' | 'folders'>): Promise<StorageFacts> {
  const recordings = await db
    .selectFrom('recordings')
    .select(({ fn }) => [
      fn.countAll<string>().as('count'),
      fn.coalesce(fn.sum<string>('byteLength'), sql<string>`0`).as('bytes'),
      sql<boolean>`filed_at is not null`.as('filed'),
    ])
    .groupBy(sql`filed_at is not null`)
    .execute()
  const of = (filed: boolean) => {
    const row = recordings.find((each) => each.filed === filed)
    return { count: Number(row?.count ?? 0), bytes: Number(row?.bytes ?? 0) }
  }
  const orphans = await db
    .selectFrom('blobOrphans')
    .select(({ fn }) => [fn.countAll<string>().as('count'), fn.min('seenAt').as('foundAt')])
    .executeTakeFirstOrThrow()
  const { bavail, blocks, bsize } = await statfs(folders.data)
  return {
    kinds: await kindsOf(db),
    disk: { freeBytes: bavail * bsize, totalBytes: blocks * bsize },
    recordings: of(true),
    awaited: of(false),
    orphans: { count: Number(orphans.count), foundAt: orphans.foundAt?.toISOString() ?? null },
  }
}

async function kindsOf(db: ServerContext['db']): Promise<StorageFacts['kinds']> {
  const { rows } = await sql<{ kind: StorageFacts['kinds'][number]['kind']; count: string; bytes: string }>`
    select 'exports' as kind, count(*), coalesce(sum(byte_length), 0) as bytes from exports where sha256 is not null
    union all select 'models', count(*), coalesce(sum((manifest -> 'onnx' ->> 'byteLength')::bigint + (manifest -> 'golden' ->> 'byteLength')::bigint), 0) from model_versions
    union all select 'features', count(*), coalesce(sum(byte_length), 0) from feature_files
    union all select 'reports', count(*), coalesce(sum(byte_length), 0) from training_run_artefacts
    union all select 'imports', count(*), coalesce(sum((audio ->> 'byteLength')::bigint), 0) from import_files
    union all select 'database', (select count(*) from information_schema.tables where table_schema = current_schema()),
      pg_database_size(current_database())`.execute(db)
  return rows.map(({ kind, count, bytes }) => ({ kind, count: Number(count), bytes: Number(bytes) }))
}
