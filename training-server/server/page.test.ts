import { createHash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from './app.ts'

/** Every list that comes in pages: read by twos, each row comes once, in the order of the whole list, though rows are added meanwhile. */

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
afterAll(() => app.close())
const device = await TestDevice.enrol(app, context)
const person = await TestConsole.signIn(app, context, 'administrator')
const siteId = (await db.selectFrom('sites').select('id').executeTakeFirstOrThrow()).id
const now = new Date()

const addAlert = () =>
  db
    .insertInto('alerts')
    .values({
      id: newId(),
      kind: 'input-drift',
      modelId: newId(),
      siteId,
      week: '2026-11-02',
      sentence: 'drift',
      raisedAt: now,
      deliveredAt: null,
      closedAt: null,
      closedBy: null,
    })
    .execute()
const addImport = () => person.post('/imports', { name: 'from elsewhere' })
const addAudit = () =>
  db.transaction().execute((trx) => appendAudit(trx, { actor: 'server', action: 'test.made', subject: 'test' }))
// All received in one moment, with ids that devices made in any order.
const addWithdrawal = () =>
  db
    .insertInto('withdrawals')
    .values({ id: newId(), participantId: newId(), siteId, origin: 'console', withdrawnAt: now, receivedAt: now })
    .execute()
await device.fileVisit({ seed: 1, label: 'present' })
await device.fileVisit({ seed: 2, label: 'absent' })
const addVersion = (): Promise<unknown> => person.post('/dataset-versions', { name: 'a version' })
await addVersion()
const version = await db.selectFrom('datasetVersions').selectAll().executeTakeFirstOrThrow()
const addFrozen = () =>
  db
    .insertInto('datasetVersions')
    .values({
      ...version,
      cohort: null,
      id: newId(),
      name: newId(),
      contentHash: createHash('sha256').update(newId()).digest('hex'),
    })
    .execute()
const addExport = () =>
  db
    .insertInto('exports')
    .values({
      id: newId(),
      datasetVersionId: version.id,
      request: JSON.stringify({ datasetVersionId: version.id, layout: 'plain', audio: 'wav', clearedText: [] }),
      fileName: 'spira.zip',
      status: 'queued',
      progress: 0,
      createdBy: 'admin',
      createdAt: now,
    })
    .execute()

const LISTS: readonly (readonly [path: string, add: () => Promise<unknown>])[] = [
  ['/audit', addAudit],
  ['/alerts', addAlert],
  ['/imports', addImport],
  ['/withdrawals', addWithdrawal],
  ['/dataset-versions', addFrozen],
  ['/exports', addExport],
]

const key = (row: Record<string, unknown>) => row['id'] ?? row['sequence']

test.each(LISTS)('%s comes in pages', async (path, add) => {
  for (let count = 0; count < 5; count += 1) await add()
  const read = async (query: string) => (await person.get(`${path}${query}`)).json<Page<Record<string, unknown>>>()
  const before = (await read('')).items.map(key)
  expect(before.length).toBeGreaterThanOrEqual(5)
  const seen: unknown[] = []
  let cursor: string | null = null
  do {
    const { items, nextCursor }: Page<Record<string, unknown>> = await read(
      `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    )
    expect(items.length).toBeLessThanOrEqual(2)
    seen.push(...items.map(key))
    if (cursor === null) await add()
    cursor = nextCursor
  } while (cursor !== null)
  expect(seen).toEqual(before)
  expect((await person.get(`${path}?cursor=nonsense`)).json()).toMatchObject({ code: 'invalid_request' })
  expect((await person.get(`${path}?limit=501`)).json()).toMatchObject({ code: 'invalid_request' })
})
