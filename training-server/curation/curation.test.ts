import { expect, test } from 'vitest'
import type { Agreement, Curation } from '@spira/shared/protocol/curationApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { RecordingDetail } from '@spira/shared/protocol/recordingsApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { verifyAuditChain } from '../audit/auditLog.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const ana = await TestConsole.signIn(app, context, 'annotator')
const bia = await TestConsole.signIn(app, context, 'annotator')
const lead = await TestConsole.signIn(app, context, 'researcher')
const recordings: string[] = []
for (const [index, label] of (['present', 'absent', 'present'] as const).entries())
  recordings.push((await device.fileVisit({ seed: index + 40, label })).recording.id)

const judge = (person: TestConsole, recording: string, verdict: 'approved' | 'rejected', more: object = {}) =>
  person.post(`/recordings/${recording}/curations`, {
    id: newId(),
    verdict,
    ...(verdict === 'rejected' && { reason: 'noise' }),
    ...more,
  })
const stateOf = async (recording: string) =>
  (await lead.get(`/recordings/${recording}`)).json<RecordingDetail>().curation
const next = async (person: TestConsole, query = '') =>
  (await person.get(`/curation/next${query}`)).json<{ recordingId: string | null; waiting: number }>()

test('the queue gives each person what that person has not judged, until two have', async () => {
  const seen = new Set<string>()
  for (let turn = 0; turn < 3; turn++) {
    const { recordingId, waiting } = await next(ana)
    expect(waiting).toBe(3 - turn)
    expect(seen.has(recordingId ?? '')).toBe(false)
    seen.add(recordingId ?? '')
    expect((await judge(ana, recordingId ?? '', 'approved', { noiseRating: 2 })).statusCode).toBe(200)
  }
  expect(await next(ana)).toEqual({ recordingId: null, waiting: 0 })
  expect((await next(bia)).waiting).toBe(3)
  expect((await next(bia, '?annotators=1')).waiting).toBe(0)
  const { recordingId } = await next(bia)
  expect((await next(bia, `?skip=${recordingId}`)).recordingId).not.toBe(recordingId)
})

test('two who disagree make a dispute, which only an adjudicator ends; nobody sees the other before', async () => {
  const [first, second, third] = recordings
  if (first === undefined || second === undefined || third === undefined) throw new Error('no recordings')
  expect((await judge(bia, first, 'rejected', { noiseRating: 4, secondVoice: true })).statusCode).toBe(200)
  await judge(bia, second, 'approved', { noiseRating: 2 })
  await judge(bia, third, 'approved', { noiseRating: 3 })
  expect(await stateOf(first)).toBe('disputed')
  expect(await stateOf(second)).toBe('approved')
  expect(
    (await bia.get(`/recordings/${first}/curations`)).json<Curation[]>().map(({ annotator }) => annotator),
  ).toEqual([bia.username])
  expect((await next(lead, '?work=adjudicate')).recordingId).toBe(first)
  expect((await judge(ana, first, 'rejected', { adjudication: true })).json()).toMatchObject({ code: 'forbidden' })

  const { pairs, alphaVerdict, alphaNoise, judgedTwice } = (await lead.get('/curation/agreement')).json<Agreement>()
  expect(judgedTwice).toBe(3)
  // One says yes three times: whatever the other says, chance explains it.
  expect(pairs).toEqual([
    {
      a: [ana.username, bia.username].toSorted()[0],
      b: [ana.username, bia.username].toSorted()[1],
      recordings: 3,
      kappa: 0,
    },
  ])
  // By hand: values 1 1 1 1 1 0; observed 2 of 6 pairs differ, expected 2·5·1/5 = 2 of 6.
  expect(alphaVerdict).toBeCloseTo(0, 12)
  expect(alphaNoise).not.toBeNull()

  await judge(lead, first, 'rejected', { adjudication: true, reason: 'second-voice' })
  expect(await stateOf(first)).toBe('rejected')
  expect((await next(lead, '?work=adjudicate')).recordingId).toBeNull()
  expect((await lead.get(`/recordings/${first}/curations`)).json<Curation[]>()).toHaveLength(3)
})

test('a changed mind counts, what was said before stays', async () => {
  const [, second = ''] = recordings
  await judge(ana, second, 'rejected')
  await judge(bia, second, 'rejected')
  expect(await stateOf(second)).toBe('rejected')
  expect(await db.selectFrom('curations').select('id').where('recordingId', '=', second).execute()).toHaveLength(4)
  expect((await verifyAuditChain(db)).brokenAt).toBeNull()
})

test('all that was said is read back: bounds, second voice, transcription and reason', async () => {
  const { recording } = await device.fileVisit({ seed: 77, label: 'absent' })
  const said = {
    reason: 'second-voice',
    noiseRating: 3,
    secondVoice: true,
    segments: [
      { fromMs: 100, toMs: 300, kind: 'usable' },
      { fromMs: 300, toMs: 450, kind: 'other-voice' },
    ],
    transcription: 'o amor ao próximo',
  }
  expect((await judge(ana, recording.id, 'rejected', said)).statusCode).toBe(200)
  const [read] = (await ana.get(`/recordings/${recording.id}/curations`)).json<Curation[]>()
  expect(read).toMatchObject({ ...said, verdict: 'rejected', annotator: ana.username, adjudication: false })
})

test('the most uncertain first, or what label and score say most differently; what is put aside comes back last, in its order', async () => {
  // Threshold 0.5: how far the score is from it, and from the label.
  const scores = [0.9, 0.52, 0.2, 0.6] as const
  const labels = ['absent', 'present', 'present', 'absent'] as const
  const own: string[] = []
  for (const [index, probability] of scores.entries()) {
    const { recording } = await device.fileVisit({ seed: 90 + index, label: labels[index] ?? 'absent' })
    own.push(recording.id)
    await db
      .insertInto('assessments')
      .values({
        id: newId(),
        recordingId: recording.id,
        modelId: newId(),
        modelVersion: 1,
        probability,
        threshold: 0.5,
        decision: probability > 0.5 ? 'positive' : 'negative',
        body: JSON.stringify({}),
        madeAt: new Date(),
      })
      .execute()
  }
  const cris = await TestConsole.signIn(app, context, 'annotator')
  const walk = async (order: string, turns: number, aside: readonly string[] = []): Promise<string[]> => {
    if (turns === 0) return []
    const skip = aside.map((id) => `&skip=${id}`).join('')
    const { recordingId } = await next(cris, `?annotators=5&order=${order}${skip}`)
    if (recordingId === null) throw new Error('nothing waits')
    return [recordingId, ...(await walk(order, turns - 1, [...aside.filter((id) => id !== recordingId), recordingId]))]
  }
  const [far, near, farthest, middle] = own
  expect(await walk('uncertain', 4)).toEqual([near, middle, farthest, far])
  expect(await walk('disagreement', 4)).toEqual([far, farthest, middle, near])
  const { waiting } = await next(cris, '?annotators=5')
  const round = await walk('random', waiting + 3)
  expect(new Set(round.slice(0, waiting)).size).toBe(waiting)
  expect(round.slice(waiting)).toEqual(round.slice(0, 3))
})

test('what cannot be said is refused, and the same sent twice is filed once', async () => {
  const [first = '', second = ''] = recordings
  const segment = { fromMs: 10, toMs: 5, kind: 'usable' }
  expect((await judge(ana, first, 'approved', { segments: [segment] })).statusCode).toBe(400)
  expect((await judge(ana, first, 'approved', { segments: [{ ...segment, toMs: 9_999_999 }] })).statusCode).toBe(400)
  expect((await judge(ana, first, 'approved', { noiseRating: 6 })).statusCode).toBe(400)
  expect((await ana.post(`/recordings/${first}/curations`, { id: newId(), verdict: 'rejected' })).statusCode).toBe(400)
  expect((await judge(ana, newId(), 'approved')).statusCode).toBe(404)
  const id = newId()
  expect((await judge(ana, first, 'approved', { id })).statusCode).toBe(200)
  expect((await judge(ana, first, 'approved', { id })).statusCode).toBe(200)
  expect((await judge(ana, second, 'approved', { id })).json()).toMatchObject({ code: 'record_conflict' })
  expect(await db.selectFrom('curations').select('id').where('id', '=', id).execute()).toHaveLength(1)
})
