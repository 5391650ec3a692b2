import { expect, test } from 'vitest'
import type { SiteRow } from '@spira/shared/protocol/careApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const administrator = await TestConsole.signIn(app, context)
const sites = async (): Promise<SiteRow[]> => (await administrator.get('/sites')).json()

test('a site is made, counted and renamed, in the explorer, too; a name that is taken or would run is refused', async () => {
  const device = await TestDevice.enrol(app, context, { site: 'Ward A' })
  await device.fileVisit({ seed: 1 })
  const waiting = device.visit({ seed: 2 })
  await device.send(waiting.events)
  expect((await administrator.post('/sites', { name: ' Ward B ' })).statusCode).toBe(200)
  expect(await sites()).toMatchObject([
    { name: 'Ward A', devices: 1, participants: 2, recordings: 2 },
    { name: 'Ward B', devices: 0, participants: 0, recordings: 0 },
  ])
  const [a, b] = await sites()
  expect((await administrator.post('/sites', { name: 'Ward A' })).json()).toMatchObject({ code: 'site_name_taken' })
  expect((await administrator.post(`/sites/${b?.id}/name`, { name: 'Ward A' })).statusCode).toBe(409)
  for (const name of ['', '=cmd()', '@SUM', 'a\nb', 'x'.repeat(81)])
    expect((await administrator.post('/sites', { name })).json(), name).toMatchObject({ code: 'invalid_request' })
  expect((await administrator.post(`/sites/${a?.id}/name`, { name: 'Ward 1' })).statusCode).toBe(200)
  const found = await db.selectFrom('recordingIndex').select('site').distinct().execute()
  expect(found).toEqual([{ site: 'Ward 1' }])
  const [row] = (await administrator.get('/devices')).json<{ appVersion: string; awaited: number }[]>()
  expect(row).toMatchObject({ appVersion: '0.1.0', awaited: 1 })
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  expect((await auditor.post('/sites', { name: 'Ward C' })).statusCode).toBe(403)
})

test('storage says what fills the disk, and how much is left', async () => {
  const facts = (await administrator.get('/storage')).json<{
    kinds: { kind: string; bytes: number }[]
    disk: { freeBytes: number; totalBytes: number }
  }>()
  expect(facts.kinds.map(({ kind }) => kind)).toEqual([
    'exports',
    'models',
    'features',
    'reports',
    'imports',
    'database',
  ])
  expect(facts.kinds.find(({ kind }) => kind === 'database')?.bytes).toBeGreaterThan(1_000_000)
  expect(facts.disk.freeBytes).toBeGreaterThan(0)
  expect(facts.disk.totalBytes).toBeGreaterThan(facts.disk.freeBytes)
})
