import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { Alert, MonitoredWeek } from '@spira/shared/protocol/monitoring.ts'
import type { ModelChange } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { freezeDataset } from '../datasets/freeze.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { buildServer } from '../server/app.ts'
import { alertsOf, raiseAlerts } from './alerts.ts'
import { weeklyFigures } from './weekly.ts'

const { context, db } = await withTestDatabase()
const app = await buildServer(context)
const person = await TestConsole.signIn(app, context, 'clinician-lead')
const device = await TestDevice.enrol(app, context)

const told: Alert[] = []
let answer = 500
const webhook = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += String(chunk)))
  request.on('end', () => {
    if (answer === 200) told.push(JSON.parse(body) as Alert)
    response.writeHead(answer).end()
  })
})
await new Promise<void>((listening) => webhook.listen(0, '127.0.0.1', listening))
process.env['SPIRA_ALERT_WEBHOOK'] = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`
afterAll(() => {
  delete process.env['SPIRA_ALERT_WEBHOOK']
  webhook.close()
})

test('a week’s figures are those of its assessments; drift and disagreement are alerts once, told to the webhook until it takes them, and closed by a person', async () => {
  // Twenty-four of whom a model calls sixteen absent, twelve of them with the disease; a dataset version of recordings that sound alike.
  const visits = []
  for (let seed = 1; seed <= 24; seed += 1)
    visits.push(await device.fileVisit({ seed, label: seed <= 20 ? 'present' : 'absent' }))
  const dataset = await freezeDataset(context, { name: 'learned', description: '', frozenBy: 'test' })
  const run = await trainedRun(context)
  const { modelId, version } = await registerCandidate(context, { ...run, datasetVersionId: dataset.id })
  const monday = new Date(new Date().setUTCHours(0, 0, 0, 0))
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7))
  const madeAt = new Date(monday.getTime() + 3_600_000)
  for (const [at, { recording }] of visits.entries())
    await db
      .insertInto('assessments')
      .values({
        id: newId(),
        recordingId: recording.id,
        modelId,
        modelVersion: version,
        probability: at < 8 ? 0.85 : 0.25,
        threshold: 0.5,
        decision: at < 8 ? 'positive' : 'negative',
        body: '{}' as never,
        madeAt,
      })
      .execute()
  const [week] = (await person.get('/monitoring')).json<MonitoredWeek[]>()
  expect(week).toMatchObject({
    modelVersion: version,
    site: 'Ward A',
    week: monday.toISOString().slice(0, 10),
    assessments: 24,
    uncertain: 0,
    scores: [0, 0, 16, 0, 0, 0, 0, 0, 8, 0],
    quality: { good: 24, fair: 0, unusable: 0 },
    selfTests: { taken: 0, failed: 0 },
  })
  // Wilson's interval of 8 of 20: 0.219 to 0.613 (Brown, Cai, DasGupta 2001 give the formula).
  expect(week.agreement.sensitivity?.value).toBeCloseTo(0.4, 12)
  expect(week.agreement.sensitivity?.low).toBeCloseTo(0.2188, 3)
  expect(week.agreement.sensitivity?.high).toBeCloseTo(0.6134, 3)
  expect(week.agreement.specificity).toMatchObject({ value: 1, count: 4 })
  // Only a week that is over is judged for drift; this one is the very recordings it learned from.
  expect(week.drift).toEqual([])
  const now = new Date(monday.getTime() + 10 * 24 * 3_600_000)
  const [over] = await weeklyFigures(context, now)
  expect(over.drift.map(({ drifted, participants }) => ({ drifted, participants }))).toEqual(
    Array.from({ length: 5 }, () => ({ drifted: false, participants: 24 })),
  )

  expect(await raiseAlerts(context, now)).toBe(1)
  expect(told).toEqual([])
  answer = 200
  expect(await raiseAlerts(context, now)).toBe(0)
  expect(told.map(({ kind }) => kind)).toEqual(['disagreement'])
  expect(await raiseAlerts(context, now)).toBe(0)
  expect(told).toHaveLength(1)

  const [alert] = (await person.get('/alerts')).json<Page<Alert>>().items
  expect(alert.sentence).toContain('of 20 with the disease later established it called 40 % present')
  expect((await person.post(`/alerts/${alert.id}/close`)).statusCode).toBe(204)
  expect((await person.post(`/alerts/${alert.id}/close`)).json()).toMatchObject({ code: 'not_found' })
  expect((await person.get('/alerts')).json<Page<Alert>>().items).toMatchObject([
    { closedBy: expect.stringContaining('account:') as string },
  ])
}, 60_000)

const weekOf = async (model: { modelId: string }) =>
  (await person.get('/monitoring')).json<MonitoredWeek[]>().find(({ modelId }) => modelId === model.modelId)
const report = async (by: TestDevice, payload: ModelChange) =>
  expect((await by.send([by.event({ type: 'model.changed', payload })])).rejected).toEqual([])

test('a model that no device can take is told of by their reports alone; what was taken back, and a device that did take it in the end, are no failures', async () => {
  const wards = [device]
  for (let cart = 2; cart <= 4; cart += 1) wards.push(await TestDevice.enrol(app, context))

  const broken = { modelId: newId(), modelVersion: 8 }
  for (const ward of wards) {
    await report(ward, { ...broken, outcome: 'refused', reason: 'self_test_failed' })
    await report(ward, { ...broken, outcome: 'refused', reason: 'self_test_failed' })
  }
  const last = wards.at(-1) ?? device
  await report(last, { ...broken, outcome: 'activated' })
  expect(await weekOf(broken)).toMatchObject({
    modelVersion: 8,
    site: 'Ward A',
    assessments: 0,
    scores: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    selfTests: { taken: 4, failed: 3 },
  })

  const takenBack = { modelId: newId(), modelVersion: 9 }
  for (const [at, ward] of wards.entries()) {
    await report(ward, { ...takenBack, outcome: 'activated' })
    await report(ward, { ...takenBack, outcome: 'returned', reason: at === 0 ? 'crash_loop' : 'withdrawn' })
  }
  expect(await weekOf(takenBack)).toMatchObject({ selfTests: { taken: 4, failed: 1 } })

  const raised = alertsOf(await weeklyFigures(context, new Date())).filter(({ kind }) => kind === 'self-test')
  expect(raised.map(({ modelId }) => modelId)).toEqual([takenBack.modelId, broken.modelId])
  expect(raised.at(1)?.sentence).toContain('3 of 4 devices that reported could not take it')
})

test('each kind of trouble has its sentence', () => {
  const quiet: MonitoredWeek = {
    modelId: newId(),
    modelVersion: 3,
    siteId: newId(),
    site: 'Ward B',
    week: '2026-11-23',
    assessments: 40,
    uncertain: 2,
    scores: [20, 0, 0, 0, 0, 0, 0, 0, 0, 20],
    quality: { good: 40, fair: 0, unusable: 0 },
    agreement: { sensitivity: { value: 0.9, low: 0.7, high: 0.97, count: 20 }, specificity: null, labelled: 20 },
    drift: [{ descriptor: 'snrDb', distance: 0.1, p: 0.6, drifted: false, participants: 40 }],
    selfTests: { taken: 10, failed: 0 },
  }
  expect(alertsOf([quiet])).toEqual([])
  const loud = { descriptor: 'snrDb' as const, distance: 0.6, p: 1e-9, drifted: true, participants: 40 }
  expect(
    alertsOf([{ ...quiet, uncertain: 30, drift: [loud], selfTests: { taken: 10, failed: 3 } }]).map(({ kind }) => kind),
  ).toEqual(['input-drift', 'uncertain', 'self-test'])
})
