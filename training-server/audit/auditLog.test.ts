import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { buildServer } from '../server/app.ts'
import { appendAudit, verifyAuditChain } from './auditLog.ts'

const { db, context } = await withTestDatabase()
const append = (action: string) =>
  db
    .transaction()
    .execute((trx) =>
      appendAudit(trx, { actor: 'server', action, subject: 'test', details: { n: 1.5, list: ['ä', null] } }),
    )

test('promise 10: entries written at once by several form one chain', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, index) => append(`action-${index}`)))
  const report = await verifyAuditChain(db)
  expect(report).toMatchObject({ entries: 12, brokenAt: null })
  const rows = await db.selectFrom('auditLog').selectAll().orderBy('sequence').execute()
  expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
  // The link recomputed here from its definition, apart from the code that made it.
  const [first, second] = rows
  const text = `{"action":${JSON.stringify(second?.action)},"actor":"server","at":"${second?.at.toISOString()}","details":{"list":["ä",null],"n":1.5},"sequence":2,"subject":"test"}`
  expect(second?.hash).toBe(createHash('sha256').update(`${first?.hash}${text}`).digest('hex'))
})

test('promise 10: what is rolled back leaves no entry', async () => {
  const before = await verifyAuditChain(db)
  await expect(
    db.transaction().execute(async (trx) => {
      await appendAudit(trx, { actor: 'server', action: 'never', subject: 'test' })
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await verifyAuditChain(db)).toEqual(before)
})

test('promise 10: the database refuses to change or delete an entry', async () => {
  await expect(db.updateTable('auditLog').set({ actor: 'someone else' }).execute()).rejects.toThrow(/append-only/)
  await expect(db.deleteFrom('auditLog').execute()).rejects.toThrow(/append-only/)
  await expect(sql`truncate audit_log`.execute(db)).rejects.toThrow(/append-only/)
})

test('promise 10: the exported log is enough to compute the chain again, apart from the server', async () => {
  const app = await buildServer(context)
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  const annotator = await TestConsole.signIn(app, context, 'annotator')
  expect((await annotator.get('/audit/export')).statusCode).toBe(403)
  const lines = (await auditor.get('/audit/export')).body.trim().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(entries.at(-1)).toMatchObject({ action: 'audit.exported', actor: `account:${auditor.username}` })
  let head = '0'.repeat(64)
  for (const { hash, previousHash, action, actor, at, details, sequence, subject } of entries) {
    expect(previousHash).toBe(head)
    head = createHash('sha256')
      .update(`${head}${sorted({ action, actor, at, details, sequence, subject })}`)
      .digest('hex')
    expect(hash).toBe(head)
  }
  const chain = (await auditor.get('/audit/chain')).json<{ entries: number; head: string; brokenAt: number | null }>()
  expect(chain).toEqual({ entries: entries.length, head, brokenAt: null })
  await app.close()
})

/** JSON with the names of every object in order: what the hashes are of. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )

test('promise 10: an entry changed or removed by the owner of the database is found', async () => {
  await sql`alter table audit_log disable trigger audit_log_append_only`.execute(db)
  await db.updateTable('auditLog').set({ actor: 'someone else' }).where('sequence', '=', 5).execute()
  expect((await verifyAuditChain(db)).brokenAt).toBe(5)
  await db.updateTable('auditLog').set({ actor: 'server' }).where('sequence', '=', 5).execute()
  expect((await verifyAuditChain(db)).brokenAt).toBeNull()
  const { head } = await verifyAuditChain(db)
  await db.deleteFrom('auditLog').where('sequence', '=', 7).execute()
  expect((await verifyAuditChain(db)).brokenAt).toBe(8)
  await db.deleteFrom('auditLog').where('sequence', '>', 6).execute()
  // A cut at the end leaves a whole chain: only a head kept elsewhere shows it.
  expect(await verifyAuditChain(db)).toMatchObject({ brokenAt: null, entries: 6 })
  expect((await verifyAuditChain(db)).head).not.toBe(head)
})
