import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import type { DatasetDiff } from '@spira/shared/protocol/cohortApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'

const MOST_LISTED = 1000

/** What changed from one version to another. Items of participants who withdrew are gone from a version; its list of them is not. @throws SpiraError not_found */
export async function diffVersions({ db }: Pick<ServerContext, 'db'>, from: string, to: string): Promise<DatasetDiff> {
  const [before, after] = [await itemsOf(db, from), await itemsOf(db, to)]
  const withdrawn = new Set(
    (
      await db.selectFrom('datasetWithdrawals').select('recordingId').where('datasetVersionId', '=', from).execute()
    ).map(({ recordingId }) => recordingId),
  )
  const added = [...after.values()].filter(({ recordingId }) => !before.has(recordingId))
  const removed = [...before.values()].filter(({ recordingId }) => !after.has(recordingId))
  const both = [...after.values()].flatMap((item) => {
    const earlier = before.get(item.recordingId)
    return earlier === undefined ? [] : [{ earlier, item }]
  })
  const relabelled = both.filter(({ earlier, item }) => earlier.label !== item.label)
  const changed = both.filter(
    ({ earlier, item }) =>
      earlier.label === item.label && canonicalJson({ ...earlier.metadata }) !== canonicalJson({ ...item.metadata }),
  )
  return {
    added: countOf(added),
    removed: { ...countOf(removed), recordings: removed.length + withdrawn.size },
    relabelled: relabelled.length,
    changed: changed.length,
    unchanged: both.length - relabelled.length - changed.length,
    withdrawn: withdrawn.size,
    recordings: [
      ...list(added, 'added'),
      ...list(removed, 'removed'),
      ...list(
        relabelled.map(({ item }) => item),
        'relabelled',
      ),
      ...list(
        changed.map(({ item }) => item),
        'changed',
      ),
    ].slice(0, MOST_LISTED),
  }
}

const list = <Change extends 'added' | 'removed' | 'relabelled' | 'changed'>(
  items: readonly { recordingId: string }[],
  change: Change,
) => items.map(({ recordingId }) => ({ recordingId, change }))

async function itemsOf(db: ServerContext['db'], datasetVersionId: string) {
  const version = await db
    .selectFrom('datasetVersions')
    .select('id')
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version === undefined) throw new SpiraError('not_found')
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'participantId', 'label', 'metadata'])
    .where('datasetVersionId', '=', datasetVersionId)
    .execute()
  return new Map(items.map((item) => [item.recordingId, item]))
}

const countOf = (items: readonly { participantId: string }[]) => ({
  recordings: items.length,
  participants: new Set(items.map(({ participantId }) => participantId)).size,
})
