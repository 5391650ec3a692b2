import { z } from 'zod'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

/**
 * How often in a row the app started with a model and ended before that model had scored or rested a while: a model that takes the
 * whole app down leaves no other trace. Counted before the model is opened.
 */
const startsSchema = z.object({ modelId: z.string(), count: z.number().int() })

const KEY = 'unfinished-starts'
const PLACE = `settings/${KEY}` as const

/** @returns the starts of this model before now that did not come to their end. */
export async function countStart({ db, keys }: Store, modelId: string): Promise<number> {
  const row = await db.settings.get(KEY)
  const before = row === undefined ? null : startsSchema.parse(await unsealJson(keys, PLACE, row.sealed))
  const count = before?.modelId === modelId ? before.count : 0
  await db.settings.put({ key: KEY, sealed: await sealJson(keys.device, PLACE, { modelId, count: count + 1 }) })
  return count
}

/** The model works: what came before is forgotten. */
export const startFinished = ({ db }: Store): Promise<void> => db.settings.delete(KEY)
