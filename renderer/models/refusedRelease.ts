import { z } from 'zod'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

/**
 * The release refused last, so that it is not fetched and refused again every minute. It is tried again when the repository
 * changes, which it does at least once a day: what was wrong may have been the way here.
 */
const refusedReleaseSchema = z.object({
  modelId: z.string(),
  repositoryVersion: z.number().int().nullable(),
  code: z.string(),
})
export type RefusedRelease = z.infer<typeof refusedReleaseSchema>

const KEY = 'refused-release'
const PLACE = `settings/${KEY}` as const

export async function readRefused({ db, keys }: Store): Promise<RefusedRelease | null> {
  const row = await db.settings.get(KEY)
  return row === undefined ? null : refusedReleaseSchema.parse(await unsealJson(keys, PLACE, row.sealed))
}

export async function rememberRefused({ db, keys }: Store, refused: RefusedRelease): Promise<void> {
  await db.settings.put({ key: KEY, sealed: await sealJson(keys.device, PLACE, refused) })
}

export const forgetRefused = ({ db }: Store): Promise<void> => db.settings.delete(KEY)
