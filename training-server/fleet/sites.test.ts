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
  expect((await administrator.post('/sites', { name: ' Ward B ', prevalencePercent: null })).statusCode).toBe(200)
  expect(await sites()).toMatchObject([
    { name: 'Ward A', devices: 1, participants: 2, recordings: 2 },
    { name: 'Ward B', devices: 0, participants: 0, recordings: 0 },
  ])
  const [a, b] = await sites()
  expect((await administrator.post('/sites', { name: 'Ward A', prevalencePercent: null })).json()).toMatchObject({
    code: 'site_name_taken',
  })
  expect((await administrator.post(`/sites/${b?.id}`, { name: 'Ward A', prevalencePercent: null })).statusCode).toBe(
    409,
  )
  for (const name of ['', '=cmd()', '@SUM', 'a\nb', 'x'.repeat(81)])
    expect((await administrator.post('/sites', { name, prevalencePercent: null })).json(), name).toMatchObject({
      code: 'invalid_request',
    })
  expect((await administrator.post(`/sites/${a?.id}`, { name: 'Ward 1', prevalencePercent: null })).statusCode).toBe(
    200,
  )
  const found = await db.selectFrom('recordingIndex').select('site').distinct().execute()
  expect(found).toEqual([{ site: 'Ward 1' }])
  const [row] = (await administrator.get('/devices')).json<{ appVersion: string; awaited: number }[]>()
  expect(row).toMatchObject({ appVersion: '0.1.0', awaited: 1 })
  const auditor = await TestConsole.signIn(app, context, 'auditor')
  expect((await auditor.post('/sites', { name: 'Ward C', prevalencePercent: null })).statusCode).toBe(403)
})

const told = async (device: TestDevice) => {
  const { changes } = await device.changes()
  return changes.flatMap((change) => (change.type === 'site-prevalence.set' ? [change['percent']] : []))
}

test('how many of a site’s patients have the condition is told to its devices alone, also to those enrolled later', async () => {
  const here = await TestDevice.enrol(app, context, { site: 'Ward P' })
  const elsewhere = await TestDevice.enrol(app, context, { site: 'Ward Q' })
  const id = (await sites()).find(({ name }) => name === 'Ward P')?.id
  for (const prevalencePercent of [0, 100, 12.5])
    expect((await administrator.post(`/sites/${id}`, { name: 'Ward P', prevalencePercent })).statusCode).toBe(400)
  for (const prevalencePercent of [12, 12, null, 15])
    expect((await administrator.post(`/sites/${id}`, { name: 'Ward P', prevalencePercent })).statusCode).toBe(200)
  expect((await sites()).find((site) => site.id === id)).toMatchObject({ name: 'Ward P', prevalencePercent: 15 })
  const later = await TestDevice.enrol(app, context, { site: 'Ward P' })
  expect(await told(here)).toEqual([12, null, 15])
  expect(await told(later)).toEqual([12, null, 15])
  expect(await told(elsewhere)).toEqual([])
  const audited = await db
    .selectFrom('auditLog')
    .select(['action', 'details'])
    .where('subject', '=', `site:${id}`)
    .where('action', 'like', 'site%')
    .orderBy('sequence')
    .execute()
  expect(audited.map(({ action, details }) => [action, details])).toEqual(
    [12, null, 15].map((prevalencePercent) => ['site-prevalence.set', { prevalencePercent }]),
  )
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
