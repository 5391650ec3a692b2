import type { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { SavedFilter, saveFilterBodySchema } from '@spira/shared/protocol/recordingsApi.ts'
import type { ServerContext } from '../server/context.ts'

type Context = Pick<ServerContext, 'db'>

/** One's own saved filters, by name. */
export async function savedFilters({ db }: Context, accountId: string): Promise<SavedFilter[]> {
  const rows = await db
    .selectFrom('savedFilters')
    .select(['id', 'name', 'query', 'createdAt'])
    .where('accountId', '=', accountId)
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}

/** Saved again under a name, it takes the place of the one before. */
export async function saveFilter(
  context: Context,
  accountId: string,
  { name, query }: z.infer<typeof saveFilterBodySchema>,
): Promise<SavedFilter[]> {
  const createdAt = new Date()
  await context.db
    .insertInto('savedFilters')
    .values({ id: newId(), accountId, name, query, createdAt })
    .onConflict((conflict) => conflict.columns(['accountId', 'name']).doUpdateSet({ query, createdAt }))
    .execute()
  return savedFilters(context, accountId)
}

/** @throws SpiraError not_found, also for what is somebody else's */
export async function removeFilter(context: Context, accountId: string, id: string): Promise<SavedFilter[]> {
  const removed = await context.db
    .deleteFrom('savedFilters')
    .where('id', '=', id)
    .where('accountId', '=', accountId)
    .executeTakeFirst()
  if (removed.numDeletedRows === 0n) throw new SpiraError('not_found')
  return savedFilters(context, accountId)
}
