import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { filterQuery, filtersOfQuery, recordingSortSchema } from '@spira/shared/protocol/recordingFilters.ts'
import type {
  FacetsReply,
  FacetValues,
  placesReplySchema,
  RecordingDetail,
  RecordingRow,
  SavedFilter,
} from '@spira/shared/protocol/recordingsApi.ts'
import type { z } from 'zod'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { COLUMNS } from '../db/migrations/0070-recording-index.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { fillSimulated } from './testing/fillSimulated.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const person = await TestConsole.signIn(app, context, 'researcher')
await fillSimulated(context, 1200)

interface Page {
  items: RecordingRow[]
  nextCursor: string | null
  total: number
}
const list = async (query: string) => (await person.get(`/recordings?${query}`)).json<Page>()
const facets = async (query: string) => (await person.get(`/recordings/facets?${query}`)).json<FacetsReply>()
async function everything(query: string): Promise<RecordingRow[]> {
  const rows: RecordingRow[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await list(`${query}&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    rows.push(...page.items)
    cursor = page.nextCursor
  }
  return rows
}
const all = await everything('')

const FILTERS: readonly (readonly [string, (row: RecordingRow) => boolean])[] = [
  ['label=present', (row) => row.label === 'present'],
  ['label=none&label=absent', (row) => row.label === null || row.label === 'absent'],
  ['task=read-sentence&quality=good', (row) => row.task === 'read-sentence' && row.quality === 'good'],
  ['cause=J18.9&cause=none', (row) => row.cause === 'J18.9' || row.cause === null],
  ['ageFrom=40&ageTo=60', ({ ageYears }) => ageYears !== null && ageYears >= 40 && ageYears <= 60],
  ['spo2To=90&scoreFrom=0.5', (row) => (row.spo2 ?? 101) <= 90 && (row.score?.probability ?? -1) >= 0.5],
  ['disagreementFrom=0.5', (row) => (row.disagreement ?? -1) >= 0.5],
  [
    'disagreementFrom=0.2&disagreementTo=0.6',
    ({ disagreement }) => disagreement !== null && disagreement >= 0.2 && disagreement <= 0.6,
  ],
  ['decision=none', (row) => row.score === null],
  ['sex=none&sex=other', (row) => row.sex === null || row.sex === 'other'],
  ['dayFrom=2025-01-02&dayTo=2025-01-03', (row) => row.startedAt >= '2025-01-02' && row.startedAt < '2025-01-04'],
  ['search=ward%207', (row) => row.deviceName.includes('Ward 7')],
]

test.each(FILTERS)('the filter %s leaves the rows that a plain reading of all rows leaves', async (query, fits) => {
  const expected = all.filter(fits)
  expect(expected.length).toBeGreaterThan(0)
  expect((await everything(query)).map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
})

test.each(recordingSortSchema.options)('in the order %s each row comes once, page after page', async (sort) => {
  const rows = await everything(`sort=${sort}`)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(1200)
  const keys = rows.map((row) =>
    sort === 'newest' || sort === 'oldest'
      ? Date.parse(row.startedAt)
      : sort === 'disagreement'
        ? (row.disagreement ?? -1)
        : sort === 'snr-low'
          ? (row.snrDb ?? 1000)
          : (row.score?.probability ?? (sort === 'score-high' ? -1 : 2)),
  )
  const rising = sort === 'oldest' || sort === 'snr-low' || sort === 'score-low'
  expect(keys).toEqual(keys.toSorted((a, b) => (rising ? a - b : b - a)))
})

const places = async () =>
  (await person.get('/recordings/places?sort=newest')).json<z.infer<typeof placesReplySchema>>()

test('places open every part of the list, and new rows move none of it', async () => {
  const { total, cursors } = await places()
  expect([total, cursors.length]).toEqual([1200, 12])
  const device = await TestDevice.enrol(app, context)
  await device.fileVisit({ seed: 1, label: 'present' })
  for (const [index, cursor] of cursors.entries()) {
    const { items } = await list(`limit=100&cursor=${cursor}`)
    expect(items.map(({ id }) => id)).toEqual(all.slice(100 * (index + 1), 100 * (index + 2)).map(({ id }) => id))
  }
  expect((await places()).total).toBe(1201)
})

const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor made by hand is refused in a sentence', async () => {
  for (const cursor of ['x', made([1, 2]), made(['x', newId()]), made(['2026-99', newId()]), made(['2026-01-01', 'x'])])
    expect((await person.get(`/recordings?cursor=${cursor}`)).json()).toMatchObject({ code: 'cursor_invalid' })
  expect((await person.get('/recordings?label=sick')).statusCode).toBe(400)
  expect((await person.get('/recordings?site=x')).statusCode).toBe(400)
})

const high = (row: RecordingRow) => (row.score?.probability ?? -1) >= 0.5

test('a facet counts what it would leave while all other filters hold', async () => {
  const rows = await everything('label=present&task=read-sentence&scoreFrom=0.5')
  const found = await facets('label=present&task=read-sentence&scoreFrom=0.5')
  expect(found.total).toBe(rows.length)
  const everyRow = await everything('')
  const ofLabel = everyRow.filter((row) => row.task === 'read-sentence' && high(row))
  for (const { value, count } of found.facets.label)
    expect(count).toBe(ofLabel.filter(({ label }) => (label ?? 'none') === value).length)
  const ofTask = everyRow.filter((row) => row.label === 'present' && high(row))
  expect(Object.fromEntries(found.facets.task.map(({ value, count }) => [value, count]))).toEqual(
    Object.fromEntries([...Map.groupBy(ofTask, ({ task }) => task)].map(([task, own]) => [task, own.length])),
  )
  const ofScore = everyRow.filter((row) => row.label === 'present' && row.task === 'read-sentence')
  const bins = Array.from({ length: 20 }, () => 0)
  for (const { score } of ofScore)
    if (score !== null) bins[Math.min(19, Math.floor(score.probability / 0.05 + 1e-9))] += 1
  expect(found.histograms.score.counts).toEqual(bins)
  expect(found.histograms.score.missing).toBe(ofScore.filter(({ score }) => score === null).length)
  const apart = rows.flatMap(({ disagreement }) => (disagreement === null ? [] : [disagreement]))
  const { counts } = found.histograms.disagreement
  expect(
    counts.map((_, bin) => apart.filter((each) => Math.min(19, Math.floor(each / 0.05 + 1e-9)) === bin).length),
  ).toEqual(counts)
})

test('no site and no device is left out; causes beyond those sent are counted, found, and stay where they are chosen', async () => {
  const devices = Array.from({ length: 60 }, (_, n) => `Trolley ${String(n).padStart(2, '0')}`)
  const encounters = await db.selectFrom('encounters').select(['id', 'siteId']).orderBy('id').limit(60).execute()
  const at = new Date().toISOString()
  for (const [n, { id, siteId }] of encounters.entries()) {
    const own = newId()
    await db
      .insertInto('devices')
      .values({
        id: own,
        siteId,
        name: devices[n] ?? '',
        publicKey: JSON.stringify({}),
        appVersion: '1',
        enrolledAt: new Date(),
      })
      .execute()
    await db.updateTable('recordings').set({ deviceId: own }).where('encounterId', '=', id).execute()
    const label = {
      id: newId(),
      encounterId: id,
      value: 'present',
      cause: `Rare ${n}`,
      givenBy: 'N-1',
      givenAt: at,
    } as const
    await db
      .insertInto('labels')
      .values({ id: label.id, encounterId: id, value: label.value, body: JSON.stringify(label), givenAt: at })
      .execute()
  }
  const rows = await everything('')
  const { facets: found, more } = await facets('cause=Rare%2059')
  expect(new Set(found.device.map(({ name }) => name))).toEqual(
    new Set((await everything('cause=Rare%2059')).map(({ deviceName }) => deviceName)),
  )
  const whole = await facets('')
  expect(new Set(whole.facets.device.map(({ name }) => name))).toEqual(
    new Set(rows.map(({ deviceName }) => deviceName)),
  )
  const causes = new Set(rows.map(({ cause }) => cause))
  expect(whole.more).toMatchObject({ cause: causes.size - 40, device: 0, site: 0 })
  expect(found.cause.filter(({ value }) => value === 'Rare 59')).toHaveLength(1)
  expect(more.cause + found.cause.length).toBe(causes.size)
  const like = async (facet: string, containing: string) =>
    (
      await person.get(
        `/recordings/facets/${facet}?containing=${encodeURIComponent(containing)}&sex=female&sex=male&sex=none&sex=other`,
      )
    ).json<FacetValues>()
  expect(await like('cause', 'RARE 59')).toEqual({ values: [{ value: 'Rare 59', name: null, count: 4 }], more: 0 })
  expect((await like('device', 'trolley 07')).values.map(({ name, count }) => [name, count])).toEqual([
    ['Trolley 07', 4],
  ])
  expect((await like('task', '')).values.map(({ count }) => count).reduce((sum, each) => sum + each, 0)).toBe(
    rows.length,
  )
  expect((await person.get('/recordings/facets/password')).statusCode).toBe(400)
})

test('of a participant with many encounters the newest are sent, and how many there are is said', async () => {
  const [row] = await everything('')
  if (row === undefined) throw new Error('no rows')
  const { participantId } = await db
    .selectFrom('recordings')
    .select('participantId')
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow()
  const others = db.selectFrom('encounters').select('id').orderBy('id').limit(60)
  await db.updateTable('encounters').set({ participantId }).where('id', 'in', others).execute()
  const { n } = await db
    .selectFrom('encounters')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('participantId', '=', participantId)
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBeGreaterThan(50)
  const { encounters, encounterCount } = (await person.get(`/recordings/${row.id}`)).json<RecordingDetail>()
  expect([encounters.length, encounterCount]).toEqual([50, Number(n)])
  const times = encounters.map(({ startedAt }) => startedAt)
  expect(times).toEqual(times.toSorted().toReversed())
})

test('filters survive the way through an address, and what cannot be is left out', () => {
  const filters = { label: ['present', 'none'], ageFrom: 40, search: 'a&b=c é', dayFrom: '2026-01-01' } as const
  const query = filterQuery(filters)
  expect(filtersOfQuery(new URLSearchParams(query.toString()))).toEqual(filters)
  expect(filtersOfQuery(new URLSearchParams('label=sick&ageTo=50&__proto__=x&constructor=y'))).toEqual({ ageTo: 50 })
})

test("saved filters are one's own", async () => {
  const other = await TestConsole.signIn(app, context, 'annotator')
  const [saved] = (await person.post('/saved-filters', { name: 'Wards', query: 'label=present' })).json<SavedFilter[]>()
  const again = (await person.post('/saved-filters', { name: 'Wards', query: 'label=absent' })).json<SavedFilter[]>()
  expect(again.map(({ name, query }) => [name, query])).toEqual([['Wards', 'label=absent']])
  expect((await other.get('/saved-filters')).json()).toEqual([])
  expect((await other.request('DELETE', `/saved-filters/${saved?.id}`)).statusCode).toBe(404)
  expect((await person.request('DELETE', `/saved-filters/${saved?.id}`)).json()).toEqual([])
})

test('the index says what the tables say, whatever changed and in whatever order', async () => {
  const device = await TestDevice.enrol(app, context)
  const { participant, recording } = await device.fileVisit({ seed: 9, label: 'absent' })
  await db.updateTable('participants').set({ ageYears: 33 }).where('id', '=', participant.id).execute()
  await db.updateTable('sites').set({ name: 'Renamed' }).where('id', '=', participant.siteId).execute()
  const [row] = await everything(`search=renamed`)
  expect(row).toMatchObject({ ageYears: 33, siteName: 'Renamed', label: 'absent' })
  expect(await differing()).toBe(0)
  await db.updateTable('recordings').set({ task: 'sustained-vowel' }).where('id', '=', recording.id).execute()
  await db.updateTable('recordings').set({ filedAt: null }).where('id', '=', recording.id).execute()
  const [changed] = await everything(`search=renamed`)
  expect(changed).toMatchObject({ task: 'sustained-vowel' })
  expect(await differing()).toBe(0)
})

/** Rows of the view that the index has not, column by column. */
async function differing(): Promise<number> {
  const columns = sql.raw(`recording_id, ${COLUMNS.join(', ')}`)
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from (select ${columns} from recording_facts except select ${columns} from recording_index) as differing`.execute(
    db,
  )
  return Number(rows[0]?.n)
}
