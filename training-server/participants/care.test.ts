import { expect, test } from 'vitest'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { LabelConflict, StorageFacts } from '@spira/shared/protocol/careApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { WithdrawalRow } from '@spira/shared/protocol/withdrawalApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const other = await TestDevice.enrol(app, context)
const administrator = await TestConsole.signIn(app, context)

test('labels that disagree are kept and shown in the server’s order; which device gave each is said', async () => {
  const visit = device.visit({ seed: 1, label: 'present' })
  await device.send(visit.events)
  await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
  const { encounterId } = visit.recording
  const label = (value: 'present' | 'absent', givenAt: string) => ({
    type: 'label.given' as const,
    payload: { id: newId(), encounterId, value, establishedBy: 'clinical' as const, givenBy: 'M-4', givenAt },
  })
  // The other device's clock is a year behind: its label came later all the same.
  await other.send([other.event(label('absent', '2025-11-20T10:00:00.000Z'))])
  const conflictsOn = async (query = '') =>
    (await administrator.get(`/label-conflicts${query}`)).json<Page<LabelConflict>>()
  const { items: conflicts } = await conflictsOn()
  expect(conflicts).toHaveLength(1)
  expect(conflicts[0]).toMatchObject({ encounterId })
  expect(conflicts[0]?.labels.map(({ value }) => value)).toEqual(['present', 'absent'])
  const names = await context.db.selectFrom('devices').select(['id', 'name']).execute()
  expect(conflicts[0]?.labels.map(({ deviceName }) => deviceName)).toEqual(
    [device, other].map(({ id }) => names.find((row) => row.id === id)?.name),
  )
  const facts = (await administrator.get('/storage')).json<StorageFacts>()
  expect(facts).toMatchObject({ recordings: { count: 1, bytes: visit.audio.length }, awaited: { count: 0 } })

  // Another encounter's labels disagree later: a page at a time, the latest first.
  const second = await device.fileVisit({ seed: 2, label: 'present' })
  const twice = { ...label('absent', '2026-11-20T10:00:00.000Z').payload, encounterId: second.recording.encounterId }
  await device.send([device.event({ type: 'label.given', payload: twice })])
  const newest = await conflictsOn('?limit=1')
  expect(newest.items.map((one) => one.encounterId)).toEqual([second.recording.encounterId])
  const older = await conflictsOn(`?limit=1&cursor=${newest.nextCursor}`)
  expect([older.items.map((one) => one.encounterId), older.nextCursor]).toEqual([[encounterId], null])
})

test('promise 8: a withdrawal by pseudonym at the console, and how many devices have carried it out', async () => {
  const participant = await context.db.selectFrom('participants').selectAll().executeTakeFirstOrThrow()
  const body = { siteId: participant.siteId, code: participant.code, recordedBy: 'M-4' }
  expect((await administrator.post('/withdrawals', { ...body, code: 'P-00000' })).statusCode).toBe(404)
  expect((await administrator.post('/withdrawals', body)).statusCode).toBe(200)
  const list = async () => (await administrator.get('/withdrawals')).json<Page<WithdrawalRow>>().items
  expect(await list()).toMatchObject([{ origin: 'console', devices: 2, devicesDone: 0, datasetVersions: 0, models: 0 }])
  const page = await device.changes()
  expect(page.changes.some(({ type }) => type === 'participant.withdrawn')).toBe(true)
  // Told is not done: only the next question says that it carried it out.
  expect(await list()).toMatchObject([{ devicesDone: 0 }])
  await device.changes(page.nextCursor)
  expect(await list()).toMatchObject([{ devicesDone: 1 }])
  const left = (await administrator.get('/label-conflicts')).json<Page<LabelConflict>>().items
  expect(left.map(({ participantCode }) => participantCode)).not.toContain(participant.code)
})

test('promise 10: the time a device may be without contact is told to every device, and is in the audit log', async () => {
  expect((await administrator.get('/device-policy')).json()).toEqual({ eraseAfterDays: null })
  expect((await administrator.post('/device-policy', { eraseAfterDays: 3 })).statusCode).toBe(400)
  expect((await administrator.post('/device-policy', { eraseAfterDays: 60 })).statusCode).toBe(204)
  const { changes } = await other.changes()
  expect(changes.at(-1)).toEqual({ type: 'device-policy.set', eraseAfterDays: 60 })
  const entry = await context.db
    .selectFrom('auditLog')
    .select('details')
    .where('action', '=', 'device-policy.set')
    .executeTakeFirstOrThrow()
  expect(entry.details).toEqual({ eraseAfterDays: 60 })
})
