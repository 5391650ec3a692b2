import { expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { roleSchema } from '@spira/shared/protocol/consoleApi.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { ROUTE_POLICY } from './routePolicy.ts'
import { TestConsole } from './testConsole.ts'

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
