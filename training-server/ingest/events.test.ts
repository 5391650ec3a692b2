import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from '@spira/shared/protocol/canonicalJson.ts'
import { verifyJson } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { buildServer } from '../server/app.ts'
import { TestDevice } from './testDevice.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context)
const colleague = await TestDevice.enrol(app, context)
const elsewhere = await TestDevice.enrol(app, context, { site: 'Ward B' })

const count = async (table: 'participants' | 'encounters' | 'recordings' | 'labels' | 'deviceEvents') =>
  Number(
    (
      await db
        .selectFrom(table)
        .select((expression) => expression.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
    ).count,
  )
const codes = (reply: { rejected: { code: string }[] }) => reply.rejected.map(({ code }) => code)

test('promise 2: a batch sent again is filed once and acknowledged again', async () => {
  const { events } = device.visit({ seed: 1 })
  const first = await device.send(events)
  const before = await count('deviceEvents')
  const second = await device.send(events)
  expect(first.rejected).toEqual([])
  expect(second.receipt.receipt.items).toEqual(first.receipt.receipt.items)
  expect(await count('deviceEvents')).toBe(before)
  expect(
    await db
      .selectFrom('recordings')
      .select('task')
      .where('id', '=', events[2]?.payload && 'id' in events[2].payload ? events[2].payload.id : '')
      .execute(),
  ).toEqual([{ task: 'read-sentence' }])
})

test('promise 2: the receipt is signed with the pinned key and names the SHA-256 of each event as sent', async () => {
  const { events } = device.visit({ seed: 2 })
  const withMore = events.map((event) => ({ ...event, laterField: { of: 'a newer app' } }))
  const { receipt } = await device.send(withMore)
  expect(await verifyJson(receipt.receipt as Json, receipt.signature, device.enrolment.receiptKey.publicKey)).toBe(true)
  expect(receipt.receipt).toMatchObject({ kind: 'events', deviceId: device.id, serverId: context.serverId })
  const hashes = withMore.map((event) => ({
    id: event.id,
    sha256: createHash('sha256')
      .update(canonicalJson(event as unknown as Json))
      .digest('hex'),
  }))
  expect(receipt.receipt.items).toEqual(hashes)
})

test('promise 2: events out of order within a batch are filed by sequence', async () => {
  const { events } = device.visit({ seed: 3 })
  expect((await device.send(events.toReversed())).rejected).toEqual([])
})

test('promise 2: an event whose reference is missing is refused by name, and the rest is filed', async () => {
  const { events } = device.visit({ seed: 4 })
  const other = device.visit({ seed: 5 })
  const [registered, completed, saved, given] = events
  const reply = await device.send([registered, saved, given, ...other.events])
  expect(reply.rejected.map(({ id, code }) => [id, code])).toEqual([
    [saved.id, 'reference_unknown'],
    [given.id, 'reference_unknown'],
  ])
  expect(reply.receipt.receipt.items).toHaveLength(5)
  expect((await device.send([completed, saved, given])).rejected).toEqual([])
})

test('promise 2: the same id with other content is refused and the first stands', async () => {
  const { events, participant } = device.visit({ seed: 6 })
  await device.send(events)
  const [registered] = events
  expect(codes(await device.send([{ ...registered, payload: { ...participant, ageYears: 3 } }]))).toEqual([
    'record_conflict',
  ])
  // As a new event, too: the record's id is what counts.
  const renamed = device.event({ type: 'participant.registered', payload: { ...participant, ageYears: 3 } })
  expect(codes(await device.send([renamed]))).toEqual(['record_conflict'])
  expect(await db.selectFrom('participants').select('ageYears').where('id', '=', participant.id).execute()).toEqual([
    { ageYears: 61 },
  ])
})

test('sex and age that came to be known later are kept, in the order they were filed; the explorer follows', async () => {
  const { events, participant, recording } = device.visit({ seed: 40 })
  await device.send(events)
  const correction = (of: TestDevice, known: { sex?: 'male'; ageYears?: number }) =>
    of.event({
      type: 'participant.corrected',
      payload: { id: newId(), participantId: participant.id, correctedAt: recording.startedAt, ...known },
    })
  const first = correction(device, { sex: 'male', ageYears: 62 })
  const second = correction(colleague, { sex: 'male', ageYears: 63 })
  expect(codes(await device.send([first]))).toEqual([])
  expect(codes(await colleague.send([second]))).toEqual([])
  // Sent again, the earlier one changes nothing.
  expect(codes(await device.send([first]))).toEqual([])
  const kept = await db
    .selectFrom('participantCorrections')
    .select(['id', 'ageYears'])
    .where('participantId', '=', participant.id)
    .orderBy('position')
    .execute()
  expect(kept.map(({ ageYears }) => ageYears)).toEqual([62, 63])
  const known = { sex: 'male', ageYears: 63 }
  expect(
    await db.selectFrom('participants').select(['sex', 'ageYears']).where('id', '=', participant.id).execute(),
  ).toEqual([known])
  expect(
    await db.selectFrom('recordingIndex').select(['sex', 'ageYears']).where('recordingId', '=', recording.id).execute(),
  ).toEqual([known])
  expect(codes(await elsewhere.send([correction(elsewhere, { ageYears: 1 })]))).toEqual(['participant_of_other_site'])
  // A withdrawal takes the corrections with it, and a late one is stored nowhere.
  await device.send([
    device.event({
      type: 'participant.withdrawn',
      payload: { id: newId(), participantId: participant.id, recordedBy: 'RN-7', withdrawnAt: recording.startedAt },
    }),
  ])
  expect(codes(await colleague.send([correction(colleague, { ageYears: 64 })]))).toEqual([])
  expect(await db.selectFrom('participantCorrections').select('id').execute()).toEqual([])
  expect(
    await db.selectFrom('deviceEvents').select('id').where('type', '=', 'participant.corrected').execute(),
  ).toEqual([])
})

test('promise 2: a sequence number is taken once', async () => {
  const { events } = device.visit({ seed: 7 })
  await device.send(events)
  expect(codes(await device.send([{ ...device.visit({ seed: 8 }).events[0], sequence: events[0].sequence }]))).toEqual([
    'sequence_conflict',
  ])
})

test('promise 2: nothing is filed under a participant of another site', async () => {
  const { participant, events } = device.visit({ seed: 9 })
  await device.send(events)
  const stranger = elsewhere.visit({ seed: 9, participant })
  expect(codes(await elsewhere.send(stranger.events))).toEqual([
    'participant_of_other_site',
    'reference_unknown',
    'reference_unknown',
  ])
  const pretended = elsewhere.event({
    type: 'participant.registered',
    payload: { ...participant, id: newId(), siteId: device.siteId },
  })
  expect(codes(await elsewhere.send([pretended]))).toEqual(['participant_of_other_site'])
})

test('promise 2: a recording must name the participant of its encounter', async () => {
  const mine = device.visit({ seed: 10 })
  const other = device.visit({ seed: 11 })
  await device.send([...other.events, ...mine.events.slice(0, 2)])
  const swapped = device.event({
    type: 'recording.saved',
    payload: { ...mine.recording, participantId: other.participant.id },
  })
  expect(codes(await device.send([swapped]))).toEqual(['record_conflict'])
})

test('promise 2: another site can neither label nor assess what is not its own', async () => {
  const { encounterId, events, label, recording } = device.visit({ seed: 12, label: null })
  await device.send(events)
  const foreignLabel = elsewhere.event({ type: 'label.given', payload: { ...label, encounterId } })
  const foreignAssessment = elsewhere.event({ type: 'assessment.made', payload: assessment(recording.id) })
  expect(codes(await elsewhere.send([foreignLabel, foreignAssessment]))).toEqual([
    'participant_of_other_site',
    'participant_of_other_site',
  ])
  const ours = [
    colleague.event({ type: 'label.given', payload: label }),
    colleague.event({ type: 'assessment.made', payload: assessment(recording.id) }),
  ]
  expect((await colleague.send(ours)).rejected).toEqual([])
})

test('promise 2: two devices of a site register the same participant at once, and it is filed once', async () => {
  const participant = device.participant(13)
  const replies = await Promise.all(
    [device, colleague].map((each) =>
      each.send([each.event({ type: 'participant.registered', payload: participant })]),
    ),
  )
  expect(replies.flatMap(codes)).toEqual([])
  expect(await db.selectFrom('participants').select('code').where('id', '=', participant.id).execute()).toHaveLength(1)
})

test('a pseudonym belongs to one participant of a site', async () => {
  const participant = device.participant(14)
  await device.send([device.event({ type: 'participant.registered', payload: participant })])
  expect(
    codes(
      await device.send([device.event({ type: 'participant.registered', payload: { ...participant, id: newId() } })]),
    ),
  ).toEqual(['record_conflict'])
})

test('an event of an unknown kind or with a text that cannot be stored is refused alone', async () => {
  const { events } = device.visit({ seed: 15 })
  const [registered, completed] = events
  const strange = {
    ...device.event({ type: 'participant.registered', payload: device.participant(16) }),
    type: 'moon.landed',
  }
  const withNul = { ...completed, note: 'a\0b' }
  const reply = await device.send([registered, withNul, strange])
  expect(codes(reply)).toEqual(['invalid_request', 'invalid_request'])
  expect(reply.receipt.receipt.items.map(({ id }) => id)).toEqual([registered.id])
})

test('a number that the database cannot hold is refused alone', async () => {
  const { events, recording } = device.visit({ seed: 18, label: null })
  const huge = device.event({ type: 'recording.saved', payload: { ...recording, id: newId(), sampleCount: 2 ** 40 } })
  const reply = await device.send([...events, huge])
  expect(codes(reply)).toEqual(['invalid_request'])
  expect(reply.receipt.receipt.items).toHaveLength(events.length)
})

test('another protocol version is refused whole, with both versions said', async () => {
  const reply = await device.sendRaw({
    protocolVersion: 2,
    sentAt: new Date().toISOString(),
    events: device.visit({ seed: 17 }).events,
  })
  expect(reply.statusCode).toBe(426)
  expect(reply.json()).toEqual({
    code: 'protocol_unsupported',
    message: 'This app speaks protocol 2, the server 1. Everything stays on this device until the server is updated.',
  })
})

test('the server keeps how far the device clock is off, when it was seen and which model it runs', async () => {
  const sentAt = new Date(Date.now() + 3_600_000).toISOString()
  const change = device.event({
    type: 'model.changed',
    payload: { modelId: newId(), modelVersion: 7, outcome: 'activated' },
  })
  const refused = device.event({
    type: 'model.changed',
    payload: { modelId: newId(), modelVersion: 8, outcome: 'refused', reason: 'signature_invalid' },
  })
  await device.sendRaw({ protocolVersion: 1, sentAt, events: [change, refused] })
  const row = await db
    .selectFrom('devices')
    .select(['clockSkewMs', 'modelVersion', 'lastSeenAt'])
    .where('id', '=', device.id)
    .executeTakeFirstOrThrow()
  expect(row.modelVersion).toBe(7)
  expect(Math.abs((row.clockSkewMs ?? 0) - 3_600_000)).toBeLessThan(60_000)
  expect(row.lastSeenAt).toBeInstanceOf(Date)
})

const assessment = (recordingId: string) => ({
  id: newId(),
  recordingId,
  featureSpecHash: 'a'.repeat(64),
  threshold: 0.5,
  probability: 0.7,
  madeAt: '2026-11-20T09:31:00.000Z',
  model: { id: newId(), version: 0, sha256: 'b'.repeat(64) },
  runtime: { provider: 'wasm' as const, threads: 1 },
  windows: [{ startMs: 0, probability: 0.7 }],
  decision: 'positive' as const,
  qualityVerdict: 'good' as const,
  intendedUse: 'not-a-diagnosis' as const,
})
