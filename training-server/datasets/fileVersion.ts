import { createHash } from 'node:crypto'
import type { Insertable, Transaction } from 'kysely'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import type { Database } from '../db/schema.ts'

/** One recording of a version with everything the version needs of it. */
export interface DatasetItem {
  readonly recordingId: string
  readonly participantId: string
  readonly siteId: string
  readonly task: Task
  readonly sha256: string
  readonly label: 0 | 1
  readonly metadata: Record<string, string | number | null>
}

/** Over the content alone, in the order of the recordings: the same content has the same hash. */
export const contentHashOf = (items: readonly DatasetItem[]): string =>
  createHash('sha256')
    .update(canonicalJson(items.map((item) => ({ ...item }))))
    .digest('hex')

export interface NewVersion {
  readonly name: string
  readonly description: string
  /** Ordered by recordingId. */
  readonly items: readonly DatasetItem[]
  readonly simulated: boolean
  readonly frozenBy: string
  readonly cohort?: Cohort | null
}

/** Writes a version and its items. The caller has seen to it that name and content are new. */
export async function fileVersion(trx: Transaction<Database>, { items, cohort = null, ...named }: NewVersion) {
  const version = {
    id: newId(),
    ...named,
    contentHash: contentHashOf(items),
    recordings: items.length,
    participants: new Set(items.map(({ participantId }) => participantId)).size,
    present: items.filter(({ label }) => label === 1).length,
    absent: items.filter(({ label }) => label === 0).length,
    frozenAt: new Date(),
    withdrawnAt: null,
    successorId: null,
  } satisfies Insertable<Database['datasetVersions']>
  await trx
    .insertInto('datasetVersions')
    .values({ ...version, cohort: cohort === null ? null : JSON.stringify(cohort) })
    .execute()
  // In pieces: a statement carries at most 65,535 parameters.
  for (let start = 0; start < items.length; start += 1000) {
    const rows = items.slice(start, start + 1000).map(({ metadata, ...item }) => ({
      ...item,
      datasetVersionId: version.id,
      metadata: JSON.stringify(metadata),
    }))
    await trx.insertInto('datasetItems').values(rows).execute()
  }
  return version
}
