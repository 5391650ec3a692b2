import { sql } from 'kysely'
import type { StorageFacts } from '@spira/shared/protocol/careApi.ts'
import type { ServerContext } from '../server/context.ts'

/** How much lies on the server and what is awaited, by the tables; what nothing refers to, as the hourly work found it last. */
export async function storageFacts({ db }: Pick<ServerContext, 'db'>): Promise<StorageFacts> {
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
  return {
    recordings: of(true),
    awaited: of(false),
    orphans: { count: Number(orphans.count), foundAt: orphans.foundAt?.toISOString() ?? null },
  }
}
