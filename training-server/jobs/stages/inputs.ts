import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { canonicalJson, type Json } from '@spira/shared/protocol/canonicalJson.ts'
import type { Stage } from '@spira/shared/protocol/trainingStages.ts'
import type { Database } from '../../db/schema.ts'
import type { ServerContext } from '../../server/context.ts'
import { keyOf } from './plan.ts'

export type RunRow = Selectable<Database['trainingRuns']>
export type StageRow = Selectable<Database['runStages']>

/** SHA-256 of a value's canonical JSON. */
export const hashOf = (value: Json): string => createHash('sha256').update(canonicalJson(value)).digest('hex')

/** All that decides a stage's result: the run's data and configuration, which part of it, and what the stages before it left. */
export const inputHashOf = (
  { datasetVersionId, configuration, plan }: Pick<RunRow, 'datasetVersionId' | 'configuration' | 'plan'>,
  { stage, shard, needs }: Pick<StageRow, 'stage' | 'shard' | 'needs'>,
  done: readonly StageRow[],
): string => {
  const before = done.filter((one) => needs.includes(keyOf(one))).map((one) => [keyOf(one), one.outputHash])
  return hashOf({
    datasetVersionId,
    configuration: z.json().parse(configuration),
    plan: { ...plan },
    stage,
    shard,
    before,
  })
}

/** What a stage of the run left. @throws Error where it left no such thing. */
export function outputOf(done: readonly StageRow[], stage: Stage, shard: string, name: string): string {
  const sha256 = done.find((one) => one.stage === stage && one.shard === shard)?.output?.[name]
  if (sha256 === undefined) throw new Error(`The stage "${stage}: ${shard}" has left no ${name}.`)
  return sha256
}

export const readJson = async <Schema extends z.ZodType>(
  { blobs }: Pick<ServerContext, 'blobs'>,
  sha256: string,
  schema: Schema,
): Promise<z.infer<Schema>> => schema.parse(JSON.parse(await readFile(await blobs.localPath(sha256), 'utf8')))

export const putJson = ({ blobs }: Pick<ServerContext, 'blobs'>, value: unknown): Promise<string> =>
  blobs.put(Buffer.from(JSON.stringify(value)))
