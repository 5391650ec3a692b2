import { expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { withTestDatabase } from './testDatabase.ts'

const { db, context } = await withTestDatabase()

test('columns change case and what is inside JSON does not', async () => {
  const id = newId()
  await db
    .insertInto('sites')
    .values({ id, name: 'Ward', simulated: false, createdAt: new Date(0) })
    .execute()
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'some_thing' } as const
  const deviceId = newId()
  await db
    .insertInto('devices')
    .values({
      id: deviceId,
      siteId: id,
      name: 'a',
      publicKey: JSON.stringify({ ...publicKey, snake_case: 1, camelCase: 2 }),
      appVersion: '1',
      enrolledAt: new Date(0),
      lastSeenAt: null,
      clockSkewMs: null,
      modelVersion: null,
      revokedAt: null,
    })
    .execute()
  const row = await db.selectFrom('devices').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({ siteId: id, enrolledAt: new Date(0), publicKey: { snake_case: 1, camelCase: 2 } })
  expect(context.serverId).toMatch(/^[0-9a-f-]{36}$/)
})

test('the audit log refuses changes', async () => {
  await expect(db.deleteFrom('auditLog').execute()).rejects.toThrow(/append-only/)
})
