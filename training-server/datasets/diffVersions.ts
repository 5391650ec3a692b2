import type { DatasetDiff, DiffRecording } from '@spira/shared/protocol/cohortApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { type IdPage, toPage } from '../server/page.ts'

type Db = Pick<ServerContext, 'db'>

/** What changed from one version to another, in numbers. @throws SpiraError not_found */
export async function diffVersions({ db }: Db, from: string, to: string): Promise<DatasetDiff> {
  const { before, after, changes } = await compare(db, from, to)
  const of = (change: DiffRecording['change']) => changes.filter((each) => each.change === change)
  const [relabelled, changed] = [of('relabelled').length, of('changed').length]
  return {
    added: countOf(after, of('added')),
    removed: countOf(before, of('removed')),
    relabelled,
    changed,
    unchanged: [...after.keys()].filter((id) => before.has(id)).length - relabelled - changed,
    withdrawn: of('withdrawn').length,
  }
}

/** The recordings that differ, the newest first. @throws SpiraError not_found */
export async function diffRecordings(
  { db }: Db,
  { from, to, cursor, limit }: IdPage & { readonly from: string; readonly to: string },
): Promise<Page<DiffRecording>> {
  const { changes } = await compare(db, from, to)
  const older = changes
    .filter(({ recordingId }) => cursor === undefined || recordingId < cursor)
    .toSorted((a, b) => (a.recordingId < b.recordingId ? 1 : -1))
  return toPage(older.slice(0, limit + 1), limit, {
    toItem: (change) => change,
    cursorOf: ({ recordingId }) => recordingId,
  })
}

const countOf = (items: Items, own: readonly DiffRecording[]) => ({
  recordings: own.length,
  participants: new Set(own.map(({ recordingId }) => items.get(recordingId)?.participantId)).size,
})

type Items = Awaited<ReturnType<typeof itemsOf>>

/** Each difference. Items of participants who withdrew are gone from a version; its list of them is not. */
async function compare(db: ServerContext['db'], from: string, to: string) {
  const [before, after] = [await itemsOf(db, from), await itemsOf(db, to)]
  const [gone, goneFromBoth] = [await withdrawnFrom(db, from), new Set(await withdrawnFrom(db, to))]
  const changes: DiffRecording[] = gone
    .filter((recordingId) => !goneFromBoth.has(recordingId))
    .map((recordingId) => ({ recordingId, change: 'withdrawn', task: null, fields: [] }))
  for (const { recordingId, task } of before.values())
    if (!after.has(recordingId)) changes.push({ recordingId, change: 'removed', task, fields: [] })
  for (const { recordingId, task, label, metadata } of after.values()) {
    const earlier = before.get(recordingId)
    if (earlier === undefined) {
      changes.push({ recordingId, change: 'added', task, fields: [] })
      continue
    }
    const names = new Set([...Object.keys(earlier.metadata), ...Object.keys(metadata)])
    const fields = [...names].filter((name) => (earlier.metadata[name] ?? null) !== (metadata[name] ?? null))
    if (earlier.label !== label) changes.push({ recordingId, change: 'relabelled', task, fields: ['label', ...fields] })
    else if (fields.length > 0) changes.push({ recordingId, change: 'changed', task, fields })
  }
  return { before, after, changes }
}

async function itemsOf(db: ServerContext['db'], datasetVersionId: string) {
  const version = await db
    .selectFrom('datasetVersions')
    .select('id')
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version === undefined) throw new SpiraError('not_found')
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'participantId', 'task', 'label', 'metadata'])
    .where('datasetVersionId', '=', datasetVersionId)
    .execute()
  return new Map(items.map((item) => [item.recordingId, item]))
}

async function withdrawnFrom(db: ServerContext['db'], datasetVersionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('datasetWithdrawals')
    .select('recordingId')
    .where('datasetVersionId', '=', datasetVersionId)
    .execute()
  return rows.map(({ recordingId }) => recordingId)
}
