import { expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { roleSchema } from '@spira/shared/protocol/consoleApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { ROUTE_POLICY } from './routePolicy.ts'
import { OWN_PASSWORD, TestConsole } from './testConsole.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'

/** An id in an address opens nothing by itself: not what is somebody else's, not what is not there, not what is no id. */

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const people = Object.fromEntries(
  await Promise.all(
    roleSchema.options.map(async (role) => [role, await TestConsole.signIn(app, context, role)] as const),
  ),
)
const call = (role: string, route: string, id: string) => {
  const [method = 'GET', template = ''] = route.split(' ')
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'kind' ? 'report' : id))
  const person = people[role]
  if (person === undefined) throw new Error(role)
  return person.request(method as 'GET' | 'POST' | 'DELETE', path, method === 'GET' ? {} : { payload: {} })
}
const withId = Object.keys(ROUTE_POLICY).filter((route) => route.includes(':'))

test('every route with an id in it answers an id of nothing with a refusal, and what is no id with another', async () => {
  expect(withId.length).toBeGreaterThan(30)
  const entries = Number(
    (
      await db
        .selectFrom('auditLog')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
  for (const route of withId) {
    const policy = ROUTE_POLICY[route]
    const role = Array.isArray(policy) ? policy[0] : 'administrator'
    for (const id of [newId(), "1' or '1'='1", '../../keys', '__proto__']) {
      const { statusCode, body } = await call(String(role), route, encodeURIComponent(id))
      const isEmptyList = statusCode === 200 && /^(\[\]|\{"(rows|entries|curations)":\[\])/.test(body)
      if (!isEmptyList)
        expect([400, 404, 409, 422], `${route} with ${id}: ${statusCode} ${body.slice(0, 200)}`).toContain(statusCode)
      expect(body, route).not.toMatch(/syntax|stack|select |postgres/i)
    }
  }
  const after = Number(
    (
      await db
        .selectFrom('auditLog')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
  expect(after, 'nothing was done').toBe(entries)
})

test('whose role does not reach an id is refused before it is looked up', async () => {
  for (const route of withId) {
    const policy = ROUTE_POLICY[route]
    if (!Array.isArray(policy)) continue
    for (const role of roleSchema.options.filter((each) => !policy.includes(each)))
      expect((await call(role, route, newId())).json(), `${role} ${route}`).toMatchObject({ code: 'forbidden' })
  }
})

test('saved filters and tokens are their owner’s: another of the same role finds nothing there', async () => {
  const one = people['researcher']
  const other = await TestConsole.signIn(app, context, 'researcher')
  const [filter] =
    (await one?.post('/saved-filters', { name: 'mine', query: 'label=present' }))?.json<{ id: string }[]>() ?? []
  const token = await one?.post('/api-tokens', { name: 'notebook', scopes: ['read'], days: 30 })
  expect(token?.statusCode, token?.body).toBe(200)
  const [mine] = (await one?.get('/api-tokens'))?.json<{ id: string }[]>() ?? []
  expect((await other.get('/saved-filters')).json()).toEqual([])
  expect((await other.get('/api-tokens')).json()).toEqual([])
  expect((await other.request('DELETE', `/saved-filters/${filter?.id}`)).statusCode).toBe(404)
  expect((await other.request('DELETE', `/api-tokens/${mine?.id}`)).statusCode).toBe(404)
  expect((await one?.get('/saved-filters'))?.json()).toHaveLength(1)
  expect((await one?.get('/api-tokens'))?.json()).toHaveLength(1)
})

test('an import that lies ready, and its undoing, are of who began it and of administrators: another researcher finds nothing there', async () => {
  const one = await TestConsole.signIn(app, context, 'researcher')
  const other = await TestConsole.signIn(app, context, 'researcher')
  const { id } = (await one.post('/imports', { name: 'Second hospital' })).json<{ id: string }>()
  const bring = (person: TestConsole) =>
    person.request('POST', `/imports/${id}/files?path=list.csv`, {
      payload: 'file;who\na.wav;Maria',
      headers: { 'content-type': 'application/octet-stream' },
    })
  expect((await bring(one)).statusCode).toBe(204)
  const routes = withId.filter((route) => route.includes(' /imports/:id') && !route.endsWith('/files'))
  expect(routes).toHaveLength(6)
  const mapping = {
    file: 'file',
    participant: 'who',
    site: { name: 'Second' },
    simulated: false,
    task: { task: 'read-sentence' },
    label: null,
    age: null,
    sex: null,
    spo2: null,
    recordedAt: null,
    consent: 'CAAE 1',
  }
  for (const route of routes) {
    const [method = 'GET', template = ''] = route.split(' ')
    const reply = await other.request(method as 'GET' | 'POST' | 'DELETE', template.replace(':id', id), {
      ...(method === 'POST' && { payload: mapping }),
    })
    expect([route, reply.statusCode, reply.json<{ code: string }>().code]).toEqual([route, 404, 'not_found'])
    expect(reply.body).not.toContain('Maria')
  }
  expect((await bring(other)).json()).toMatchObject({ code: 'not_found' })
  expect((await one.get(`/imports/${id}`)).statusCode).toBe(200)
  expect((await one.post(`/imports/${id}/check`, mapping)).json()).toMatchObject({ rows: 1, errors: 1 })
  expect((await people['administrator']?.request('DELETE', `/imports/${id}`))?.statusCode).toBe(204)
})

test('signing out, and a password of one’s own, end one’s own sessions alone', async () => {
  const one = await TestConsole.signIn(app, context, 'researcher')
  const other = await TestConsole.signIn(app, context, 'researcher')
  expect((await other.request('DELETE', '/session')).statusCode).toBe(204)
  expect((await one.get('/session')).json()).toMatchObject({ username: one.username })
  expect((await one.post('/password', { current: OWN_PASSWORD, next: `${OWN_PASSWORD}, anew` })).statusCode).toBe(200)
  expect((await one.get('/session')).statusCode).toBe(200)
})

test('what an annotator said is read by no other annotator, and its id files nothing in another’s name', async () => {
  const [one, other] = [
    await TestConsole.signIn(app, context, 'annotator'),
    await TestConsole.signIn(app, context, 'annotator'),
  ]
  const device = await TestDevice.enrol(app, context)
  const { recording } = await device.fileVisit({ seed: 3, label: 'present' })
  const path = `/recordings/${recording.id}/curations`
  const said = { id: newId(), verdict: 'approved', transcription: 'heard by one' }
  expect((await one.post(path, said)).statusCode).toBe(200)
  expect((await other.get(path)).json()).toEqual([])
  expect((await other.post(path, said)).json()).toMatchObject({ code: 'record_conflict' })
  expect((await one.get(path)).json()).toHaveLength(1)
})

test('what is the study’s is shared by role: exports and runs that another began, and nobody else’s to see', async () => {
  const [one, other] = [
    await TestConsole.signIn(app, context, 'researcher'),
    await TestConsole.signIn(app, context, 'researcher'),
  ]
  const { runId, datasetVersionId } = await trainedRun(context)
  const exported = newId()
  const request = { datasetVersionId, layout: 'plain', audio: 'wav', clearedText: [] }
  await db
    .insertInto('exports')
    .values({
      id: exported,
      datasetVersionId,
      request: JSON.stringify(request),
      fileName: 'spira.zip',
      status: 'queued',
      progress: 0,
      createdBy: one.username,
      createdAt: new Date(),
    })
    .execute()
  for (const path of [`/exports/${exported}`, `/training-runs/${runId}`]) {
    expect((await other.get(path)).json(), path).toMatchObject({ id: expect.any(String) })
    expect((await people['annotator']?.get(path))?.json(), path).toMatchObject({ code: 'forbidden' })
  }
  expect((await people['auditor']?.post(`/exports/${exported}/cancel`))?.json()).toMatchObject({ code: 'forbidden' })
})

test('a device reaches no upload and no recording of another', async () => {
  const [one, other] = [
    await TestDevice.enrol(app, context, { site: 'A' }),
    await TestDevice.enrol(app, context, { site: 'B' }),
  ]
  const visit = one.visit({ seed: 1 })
  await one.send(visit.events)
  const upload = await one.upload(visit.recording, visit.audio)
  expect((await other.finaliseRaw(visit.recording, upload)).statusCode).toBeGreaterThanOrEqual(400)
  const read = await app.inject({
    method: 'HEAD',
    url: `/api/device/v1/uploads/${upload}`,
    headers: { ...other.headers, 'tus-resumable': '1.0.0' },
  })
  expect(read.statusCode).toBeGreaterThanOrEqual(400)
  expect((await one.finalise(visit.recording, upload)).receipt.items[0]?.id).toBe(visit.recording.id)
})

test('every change needs our header and our origin (CSRF), whatever the route', async () => {
  for (const route of Object.keys(ROUTE_POLICY).filter((each) => !each.startsWith('GET '))) {
    const [method = 'POST', template = ''] = route.split(' ')
    const path = template.replaceAll(/:\w+/g, newId())
    const ask = (headers: Record<string, string>) =>
      people['administrator']?.request(method as 'POST' | 'DELETE', path, { payload: {}, headers })
    expect((await ask({ 'x-spira-console': '' }))?.json(), route).toMatchObject({ code: 'csrf' })
    expect((await ask({ origin: 'https://elsewhere.example' }))?.json(), route).toMatchObject({ code: 'csrf' })
    expect((await ask({ origin: 'null' }))?.json(), route).toMatchObject({ code: 'csrf' })
  }
})

test('a body that reaches for the prototype of all objects is refused by every route that takes one', async () => {
  const payload = '{"__proto__":{"role":"administrator"},"constructor":{"prototype":{"role":"administrator"}}}'
  for (const route of Object.keys(ROUTE_POLICY).filter((each) => !each.startsWith('GET '))) {
    const [method = 'POST', template = ''] = route.split(' ')
    const reply = await people['administrator']?.request(
      method as 'POST' | 'PUT' | 'DELETE',
      template.replaceAll(/:\w+/g, newId()),
      { payload, headers: { 'content-type': 'application/json' } },
    )
    expect([route, reply?.statusCode, reply?.json<{ code: string }>().code]).toEqual([route, 400, 'invalid_request'])
  }
  expect(Reflect.get({}, 'role')).toBeUndefined()
})
