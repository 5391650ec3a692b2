import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Overview } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { recordingsReplySchema } from '@spira/shared/protocol/recordingsApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { byteRange } from '../blobs/byteRange.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const person = await TestConsole.signIn(app, context, 'researcher')
const list = async (query = '') =>
  (await person.get(`/recordings${query}`)).json<z.infer<typeof recordingsReplySchema>>()

const visits: Awaited<ReturnType<TestDevice['fileVisit']>>[] = []
for (const [index, label] of (['present', 'absent', 'present', null, 'unknown'] as const).entries()) {
  visits.push(await device.fileVisit({ seed: index + 1, label }))
}

test('pages of recordings, the newest first, cover each once', async () => {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: z.infer<typeof recordingsReplySchema> = await list(
      `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    )
    expect(page.total).toBe(5)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== null)
  expect(seen).toEqual(visits.map(({ recording }) => recording.id).toReversed())
})

test('the latest label counts, and filters find by it', async () => {
  const [, second] = visits
  await device.send([
    device.event({ type: 'label.given', payload: { ...second.label, id: newId(), value: 'present' } }),
  ])
  expect((await list('?label=present')).total).toBe(3)
  expect((await list('?label=absent')).total).toBe(0)
  expect((await list('?label=none')).items.map(({ id }) => id)).toEqual([visits[3].recording.id])
  expect((await list('?label=unknown')).total).toBe(1)
})

test('a search is found in pseudonym, site and device, and % is a character', async () => {
  expect((await list(`?search=${visits[0].participant.code.toLowerCase()}`)).total).toBe(1)
  expect((await list('?search=ward')).total).toBe(5)
  expect((await list('?search=%25')).total).toBe(0)
  expect((await list('?limit=500')) as unknown).toMatchObject({ code: 'invalid_request' })
})

test('the head counts what there is', async () => {
  expect((await person.get('/overview')).json<Overview>()).toEqual({
    participants: 5,
    encounters: 5,
    recordings: 5,
    labelled: 3,
    devices: 1,
    champion: null,
  })
})

test('audio is given whole or in the range asked for, and its opening is on record', async () => {
  const { recording, audio } = visits[0]
  const url = `/recordings/${recording.id}/audio`
  const whole = await person.get(url)
  expect([whole.statusCode, whole.headers['content-type'], whole.headers['accept-ranges']]).toEqual([
    200,
    'audio/wav',
    'bytes',
  ])
  expect(whole.rawPayload.equals(audio)).toBe(true)
  const part = await person.request('GET', url, { headers: { range: 'bytes=44-1043' } })
  expect([part.statusCode, part.headers['content-range'], part.headers['content-length']]).toEqual([
    206,
    `bytes 44-1043/${audio.length}`,
    '1000',
  ])
  expect(part.rawPayload.equals(audio.subarray(44, 1044))).toBe(true)
  const beyond = await person.request('GET', url, { headers: { range: 'bytes=99999999-' } })
  expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${audio.length}`])
  const opened = await db.selectFrom('auditLog').select('actor').where('action', '=', 'recording.opened').execute()
  expect(opened).toEqual([{ actor: `account:${person.username}` }])
  // Whoever leaves out the first byte has heard it as well; going on is no second hearing.
  const other = await TestConsole.signIn(app, context, 'researcher')
  for (const range of ['bytes=1-', 'bytes=-500', 'bytes=99999999-'])
    await other.request('GET', url, { headers: { range } })
  const actors = await db.selectFrom('auditLog').select('actor').where('action', '=', 'recording.opened').execute()
  expect(actors.map(({ actor }) => actor)).toEqual([`account:${person.username}`, `account:${other.username}`])
})

test('audio that is not filed is not there', async () => {
  const unfiled = device.visit({ seed: 20 })
  await device.send(unfiled.events)
  expect((await person.get(`/recordings/${unfiled.recording.id}/audio`)).statusCode).toBe(404)
})

test.each([
  [undefined, null],
  ['bytes=0-', { start: 0, end: 99 }],
  ['bytes=10-19', { start: 10, end: 19 }],
  ['bytes=90-1000', { start: 90, end: 99 }],
  ['bytes=-10', { start: 90, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=20-10', null],
  ['bytes=0-1,5-6', null],
  ['lines=0-1', null],
] as const)('range %s of 100 bytes is %o (RFC 9110, 14.1.2)', (header, expected) => {
  expect(byteRange(header, 100)).toEqual(expected)
})
