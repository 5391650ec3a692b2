import { expect, test } from 'vitest'
import { isUnseenFilter, SEEN_SORTS } from '@spira/shared/protocol/annotatorSight.ts'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { recordingFiltersSchema, recordingSortSchema } from '@spira/shared/protocol/recordingFilters.ts'
import { FACETS } from '@spira/shared/protocol/recordingsApi.ts'
import { ROUTE_POLICY } from '../accounts/routePolicy.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { fillSimulated } from './testing/fillSimulated.ts'

/** An annotator judges a recording by ear: nothing that the ward, the model or another annotator said of it reaches one. */

const { context } = await withTestDatabase()
const app = await buildServer(context)
const ana = await TestConsole.signIn(app, context, 'annotator')
const bia = await TestConsole.signIn(app, context, 'annotator')
const lead = await TestConsole.signIn(app, context, 'clinician-lead')
await fillSimulated(context, 400)
const device = await TestDevice.enrol(app, context)
const visit = device.visit({ seed: 7, label: 'present' })
Object.assign(visit.label, { cause: 'J18.9' })
await device.send([
  ...visit.events,
  device.event({
    type: 'assessment.made',
    payload: {
      id: newId(),
      recordingId: visit.recording.id,
      featureSpecHash: 'a'.repeat(64),
      threshold: 0.5,
      probability: 0.2,
      madeAt: '2026-11-20T09:31:00.000Z',
      model: { id: newId(), version: 3, sha256: 'b'.repeat(64) },
      runtime: { provider: 'wasm', threads: 1 },
      windows: [{ startMs: 0, probability: 0.2 }],
      decision: 'negative',
      qualityVerdict: 'good',
      intendedUse: 'not-a-diagnosis',
    },
  }),
])
await device.finalise(visit.recording, await device.upload(visit.recording, visit.audio))
const { id } = visit.recording
await bia.post(`/recordings/${id}/curations`, { id: newId(), verdict: 'rejected', reason: 'noise' })

/** Names under which a judgement or what it was made by travels. */
const TELLS =
  /^(label|labels|labelValue|cause|score|probability|decision|threshold|assessment|assessments|windows|disagreement|spo2|spo2Percent|vitals|curation|annotators|verdict)$/
function told(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, within]) => [
    // The device's own verdict on the sound is the one that an annotator may know.
    ...(TELLS.test(name) && !path.endsWith('.qualityReport') ? [`${path}.${name}`] : []),
    ...told(within, `${path}.${name}`),
  ])
}

test('no route that an annotator may read says anything of how a recording was judged, by its real id; to others all do', async () => {
  const routes = Object.entries(ROUTE_POLICY).filter(
    ([route, policy]) => route.startsWith('GET ') && Array.isArray(policy) && policy.includes('annotator'),
  )
  expect(routes.length).toBeGreaterThan(10)
  const facts: string[] = []
  for (const [route] of routes) {
    // Of the study and of the account, not of a recording; the annotators' own work, counted over all recordings; and the sound itself.
    if (/clinical-protocols|second-factor|api-tokens|curation\/agreement|\/audio$/.test(route)) continue
    for (const facet of route.includes(':facet') ? FACETS : ['']) {
      const path = route.slice(4).replace(':id', id).replace(':facet', facet)
      const reply = await ana.get(path)
      if (isUnseenFilter(facet)) expect(reply.json(), path).toMatchObject({ code: 'forbidden' })
      else expect(reply.statusCode, `${path} ${reply.body.slice(0, 200)}`).toBeLessThan(300)
      if (!String(reply.headers['content-type']).includes('json')) continue
      expect(told(reply.json()), path).toEqual([])
      facts.push(...told((await lead.get(path)).json()))
    }
  }
  // The walk looks for the right names: a clinician lead is told all of them.
  for (const name of [
    'label',
    'cause',
    'score',
    'probability',
    'disagreement',
    'assessments',
    'spo2',
    'vitals',
    'curation',
  ])
    expect(
      facts.some((fact) => fact.endsWith(`.${name}`)),
      name,
    ).toBe(true)
})

test('what an annotator is not told is nothing to filter, count, sort or page by either', async () => {
  const unseen: Record<string, string> = {
    label: 'present',
    cause: 'J18.9',
    decision: 'positive',
    curation: 'rejected',
    ...Object.fromEntries(
      ['spo2', 'score', 'disagreement'].flatMap((name) => [
        [`${name}From`, '0'],
        [`${name}To`, '1'],
      ]),
    ),
  }
  expect(Object.keys(recordingFiltersSchema.shape).filter(isUnseenFilter).toSorted()).toEqual(
    Object.keys(unseen).toSorted(),
  )
  const queries = [
    ...Object.entries(unseen).map(([name, value]) => `${name}=${value}`),
    ...recordingSortSchema.options
      .filter((sort) => !SEEN_SORTS.some((seen) => seen === sort))
      .map((sort) => `sort=${sort}`),
  ]
  for (const query of queries) {
    for (const route of ['/recordings', '/recordings/places', '/recordings/facets', '/recordings/facets/site']) {
      if (query.startsWith('sort') && route.includes('facets')) continue
      expect([route, query, (await ana.get(`${route}?${query}`)).json<{ code: string }>().code]).toEqual([
        route,
        query,
        'forbidden',
      ])
      expect((await lead.get(`${route}?${query}`)).statusCode, `${route}?${query}`).toBe(200)
    }
  }
  for (const sort of SEEN_SORTS)
    expect((await ana.get(`/recordings?sort=${sort}&task=read-sentence&ageFrom=40&snrTo=30`)).statusCode).toBe(200)
  const { total } = (await lead.get('/recordings')).json<{ total: number }>()
  expect((await ana.get('/recordings')).json()).toMatchObject({ total })
  expect((await ana.get('/recordings/facets')).json()).toMatchObject({ total })
})

test('an annotator’s queue gives a recording’s sound, quality and one’s own words, in an order that the server keeps', async () => {
  for (const order of ['random', 'uncertain', 'disagreement']) {
    const { recordingId } = (await ana.get(`/curation/next?order=${order}&annotators=3`)).json<{
      recordingId: string
    }>()
    const shown = (await ana.get(`/recordings/${recordingId}`)).json<object>()
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining(['quality', 'qualityReport', 'sha256', 'durationMs', 'task']),
    )
  }
  const said = { id: newId(), verdict: 'approved', noiseRating: 2 }
  expect((await ana.post(`/recordings/${id}/curations`, said)).json()).toMatchObject([
    { verdict: 'approved', noiseRating: 2 },
  ])
  expect((await ana.get(`/recordings/${id}/curations`)).json()).toHaveLength(1)
})

test('a program with an annotator’s token is told no more than the annotator', async () => {
  const { token } = (await ana.post('/api-tokens', { name: 'mine', scopes: ['read'], days: 1 })).json<{
    token: string
  }>()
  const read = (path: string) =>
    app.inject({ url: `${CONSOLE_API}${path}`, headers: { authorization: `Bearer ${token}` } })
  expect(told((await read(`/recordings/${id}`)).json())).toEqual([])
  expect(told((await read('/recordings')).json())).toEqual([])
  expect((await read('/recordings?label=present')).json()).toMatchObject({ code: 'forbidden' })
})
