import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Participant } from '@spira/shared/protocol/records.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ModelWithdrawal, WithdrawalRow } from '@spira/shared/protocol/withdrawalApi.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { verifyAuditChain } from '../audit/auditLog.ts'
import { executeExport } from '../exports/executeExport.ts'
import { ensureExportQueue } from '../exports/exports.ts'
import { freezeDataset } from '../datasets/freeze.ts'
import { up as updateLog } from '../db/migrations/0094-events-by-reference.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { registerCandidate } from '../models/registry.ts'
import { trainedRun } from '../models/testing/trainedRun.ts'
import { applyRetention } from './retention.ts'
import { withdrawParticipant } from './withdraw.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
await context.boss.start()
await ensureExportQueue(context.boss)
const device = await TestDevice.enrol(app, context)
const colleague = await TestDevice.enrol(app, context)
const administrator = await TestConsole.signIn(app, context)
let seed = 0
const visit = () => device.fileVisit({ seed: (seed += 1) })

const withdrawal = (participantId: string, by = device) =>
  by.event({
    type: 'participant.withdrawn',
    payload: { id: newId(), participantId, withdrawnAt: '2026-11-22T10:00:00.000Z', recordedBy: 'RN-7' },
  })
/** What a challenger said of a recording. */
const shadowed = (recordingId: string) => {
  const [modelId, championId] = [newId(), newId()]
  const said = { probability: 0.61, decision: 'positive' } as const
  return device.event({
    type: 'model.shadowed',
    payload: {
      id: newId(),
      recordingId,
      modelId,
      modelVersion: 3,
      ...said,
      champion: { modelId: championId, ...said },
      madeAt: '2026-11-20T09:31:00.000Z',
    },
  })
}
/** Every row of every table as text. What carries an id of the participant is found whatever its column is called. */
async function rowsWith(text: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql`select 1 from ${sql.table(name)} as t where t::text like ${`%${text}%`}`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found.sort()
}

test('promise 8: a withdrawal from a device takes every row and the audio away; only the tombstone stays', async () => {
  const gone = await visit()
  const second = await device.fileVisit({ seed: (seed += 1), participant: gone.participant })
  const kept = await visit()
  const said = [gone, kept].map(({ recording }) => shadowed(recording.id))
  expect((await device.send(said)).rejected).toEqual([])
  expect((await device.send([withdrawal(gone.participant.id)])).rejected).toEqual([])
  expect(await rowsWith(gone.participant.id)).toEqual(['changes', 'device_events', 'withdrawals', 'withdrawn_records'])
  expect(await rowsWith(gone.participant.code)).toEqual([])
  for (const { recording, encounterId, label } of [gone, second]) {
    expect(await context.blobs.has(recording.sha256)).toBe(false)
    // A receipt names the ids of events and their hashes; those of records are nowhere but in the tombstone.
    for (const id of [recording.id, encounterId]) expect(await rowsWith(id)).toEqual(['withdrawn_records'])
    expect(await rowsWith(label.id)).toEqual([])
  }
  expect(await rowsWith(kept.recording.id)).toContain('shadow_scores')
  expect(await context.blobs.has(kept.recording.sha256)).toBe(true)
  expect(await rowsWith(kept.participant.id)).toContain('participants')
})

test('promise 8: what earlier withdrawals left in the devices’ log goes with the update', async () => {
  const [gone, kept] = [await visit(), await visit()]
  const left = [gone, kept].map(({ recording }) => shadowed(recording.id))
  expect((await device.send(left)).rejected).toEqual([])
  const rows = await db
    .selectFrom('deviceEvents')
    .selectAll()
    .where(
      'id',
      'in',
      left.map(({ id }) => id),
    )
    .execute()
  await device.send([withdrawal(gone.participant.id)])
  await db
    .insertInto('deviceEvents')
    .values(rows.map((row) => ({ ...row, body: JSON.stringify(row.body) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const before = await db.selectFrom('deviceEvents').select('id').orderBy('id').execute()
  await sql`drop index device_events_reference`.execute(db)
  await updateLog(db)
  const after = await db.selectFrom('deviceEvents').select('id').orderBy('id').execute()
  expect(before.filter(({ id }) => !after.some((row) => row.id === id))).toEqual([{ id: left[0]?.id }])
  expect(await rowsWith(gone.recording.id)).toEqual(['withdrawn_records'])
})

test('promise 8: audio that another recording shares stays until that one goes, too', async () => {
  const first = await visit()
  const participant = device.participant(900)
  const registered = device.event({ type: 'participant.registered', payload: participant })
  const second = device.visit({ seed, participant })
  const { recording } = second
  await device.send([registered, ...second.events])
  expect(recording.sha256).toBe(first.recording.sha256)
  await device.finalise(recording, await device.upload(recording, second.audio))
  await device.send([withdrawal(first.participant.id)])
  expect(await context.blobs.has(recording.sha256)).toBe(true)
  await device.send([withdrawal(second.participant.id)])
  expect(await context.blobs.has(recording.sha256)).toBe(false)
})

test('promise 8: what comes late, from any device and also reinstalled, is acknowledged as withdrawn and stored nowhere', async () => {
  const { participant, events, recording, audio } = device.visit({ seed: (seed += 1) })
  const { participant: late, ...lateVisit } = colleague.visit({ seed, participant })
  expect(late.id).toBe(participant.id)
  await device.send([withdrawal(participant.id)])
  for (const [by, sent] of [
    [device, events],
    [colleague, lateVisit.events],
    [device, events],
  ] as const) {
    const reply = await by.send(sent)
    expect(reply.rejected).toEqual([])
    expect(reply.receipt.receipt.items.map(({ id, withdrawn }) => [id, withdrawn])).toEqual(
      sent.map(({ id }) => [id, true]),
    )
  }
  await expect(device.upload(recording, audio)).rejects.toThrow(/410.*participant_withdrawn/)
  const { receipt } = await device.finalise(recording, 'never begun')
  expect(receipt.items).toEqual([{ id: recording.id, sha256: recording.sha256, withdrawn: true }])
  expect(await context.blobs.has(recording.sha256)).toBe(false)
  expect(await rowsWith(participant.id)).toEqual(['changes', 'device_events', 'withdrawals', 'withdrawn_records'])
  expect(await rowsWith(participant.code)).toEqual([])
})

test('promise 8: a withdrawal while the audio is on its way leaves no upload behind', async () => {
  const { participant, events, recording, audio } = device.visit({ seed: (seed += 1) })
  await device.send(events)
  const uploadId = await device.upload(recording, audio)
  await device.send([withdrawal(participant.id)])
  expect((await device.finalise(recording, uploadId)).receipt.items).toMatchObject([{ withdrawn: true }])
  expect((await readdir(context.folders.uploads)).filter((name) => name.startsWith(uploadId))).toEqual([])
})

test('promise 8: dataset versions are marked and succeeded, holders of exports told what to delete, models and runs flagged', async () => {
  const gone = await visit()
  const version = await freezeDataset(context, { name: 'March', description: 'd', frozenBy: 'ana' })
  const { id: exportId } = (
    await administrator.post('/exports', { datasetVersionId: version.id, layout: 'plain' })
  ).json<{ id: string }>()
  await executeExport(context, exportId, new AbortController().signal)
  const archive = (await administrator.get(`/exports/${exportId}/file`)).rawPayload
  const modelId = await fileModel(version.id)
  await device.send([withdrawal(gone.participant.id)])

  const list = (await administrator.get(`/dataset-versions/${version.id}/withdrawn`)).json<{
    successorId: string
    recordings: { recordingId: string; exportKey: string }[]
    exports: { by: string }[]
  }>()
  expect(list.recordings.map(({ recordingId }) => recordingId)).toEqual([gone.recording.id])
  // The name in the copies that are out there; the archive itself is no longer to be had.
  expect(archive.includes(`audio/${list.recordings[0]?.exportKey}.wav`)).toBe(true)
  expect((await administrator.get(`/exports/${exportId}`)).json()).toMatchObject({ status: 'withdrawn', sha256: null })
  expect((await administrator.get(`/exports/${exportId}/file`)).statusCode).toBe(404)
  expect(await context.blobs.has(createHash('sha256').update(archive).digest('hex'))).toBe(false)
  expect(list.exports).toMatchObject([{ by: `account:${administrator.username}` }])
  const successor = await db
    .selectFrom('datasetVersions')
    .selectAll()
    .where('id', '=', list.successorId)
    .executeTakeFirstOrThrow()
  expect(successor).toMatchObject({ name: 'March (w2)', recordings: version.recordings - 1, withdrawnAt: null })
  // The very version that would be frozen now without them.
  expect(await freezeDataset(context, { name: 'March (w2)', description: '', frozenBy: 'ana' })).toMatchObject({
    id: successor.id,
    contentHash: successor.contentHash,
  })
  const started = await administrator.post('/training-runs', { datasetVersionId: version.id, seed: 1, maxEpochs: 1 })
  expect(started.json()).toMatchObject({
    code: 'dataset_withdrawn',
    message: `A participant of this dataset version has withdrawn. Use the version without them: ${successor.id}.`,
  })

  const flagged = async () => (await administrator.get('/model-withdrawals')).json<ModelWithdrawal[]>()
  const [flag] = await flagged()
  expect(flag).toMatchObject({ modelId, modelVersion: 1, decision: null })
  const decision = { decision: 'retrain', reason: 'trained on 2 of 40 of them' }
  expect((await administrator.post(`/model-withdrawals/${flag?.id}/decision`, decision)).statusCode).toBe(204)
  expect(await flagged()).toMatchObject([{ ...decision, decidedBy: `account:${administrator.username}` }])
})

test('promise 8: a model that is registered while somebody withdraws from what it learned from is flagged', async () => {
  const { participant } = await visit()
  const { id: datasetVersionId } = await freezeDataset(context, { name: 'April', description: 'd', frozenBy: 'ana' })
  const run = await trainedRun(context)
  const withdrawalId = newId()
  const registering = await db.transaction().execute(async (trx) => {
    const by = {
      siteId: device.siteId,
      origin: 'console',
      withdrawnAt: new Date().toISOString(),
      actor: 'ana',
    } as const
    await withdrawParticipant(trx, { id: withdrawalId, participantId: participant.id, ...by })
    // Begun too late to be cancelled with the others.
    await db.updateTable('trainingRuns').set({ datasetVersionId }).where('id', '=', run.runId).execute()
    const registered = registerCandidate(context, { ...run, datasetVersionId })
    await setTimeout(300)
    return { registered }
  })
  const { modelId } = await registering.registered
  const flags = (await administrator.get('/model-withdrawals')).json<ModelWithdrawal[]>()
  expect(flags.filter((flag) => flag.modelId === modelId)).toMatchObject([{ withdrawalId, decision: null }])
})

test('promise 8: an administrator withdraws at the console; the audit entry stays and names nobody', async () => {
  const { participant, recording } = await visit()
  const body = { participantId: participant.id, recordedBy: 'Dr-3' }
  const { id } = (await administrator.post('/withdrawals', body)).json<{ id: string }>()
  expect((await administrator.post('/withdrawals', body)).statusCode).toBe(404)
  expect(await context.blobs.has(recording.sha256)).toBe(false)
  const rows = (await administrator.get('/withdrawals')).json<Page<WithdrawalRow>>().items
  expect(rows.find((row) => row.id === id)).toMatchObject({ origin: 'console', siteName: 'Ward A' })
  expect(JSON.stringify(rows)).not.toContain(participant.id)
  const entry = await db.selectFrom('auditLog').selectAll().where('subject', '=', `withdrawal:${id}`).executeTakeFirst()
  expect(entry).toMatchObject({ action: 'participant.withdrawn', details: { origin: 'console', recordings: 1 } })
  const whole = JSON.stringify(await db.selectFrom('auditLog').selectAll().execute())
  for (const identity of [participant.id, participant.code]) expect(whole).not.toContain(identity)
  expect((await verifyAuditChain(db)).brokenAt).toBeNull()
  const researcher = await TestConsole.signIn(app, context, 'researcher')
  expect((await researcher.post('/withdrawals', body)).json()).toMatchObject({ code: 'forbidden' })
})

test('promise 8: another site can withdraw nobody of this one', async () => {
  const { participant, recording } = await visit()
  const stranger = await TestDevice.enrol(app, context, { site: 'Ward B' })
  const { rejected } = await stranger.send([withdrawal(participant.id, stranger)])
  expect(rejected.map(({ code }) => code)).toEqual(['participant_of_other_site'])
  expect(await context.blobs.has(recording.sha256)).toBe(true)
})

test('promise 8: records filed while the withdrawal is carried out do not survive it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { participant, events } = device.visit({ seed: (seed += 1) })
    await device.send(events.slice(0, 1))
    const replies = await Promise.all([
      device.send(events.slice(1)),
      colleague.send([withdrawal(participant.id, colleague)]),
      ...[1, 2].map(() => colleague.send(colleague.visit({ seed, participant }).events)),
    ])
    expect(replies[1]?.rejected).toEqual([])
    expect(await rowsWith(participant.code)).toEqual([])
    for (const table of ['participants', 'encounters', 'recordings', 'labels'])
      expect(await rowsWith(participant.id)).not.toContain(table)
  }
})

const DAY = 24 * 3_600_000
/** The server had this encounter, or the participant, so many days before now. */
const receivedDaysAgo = (id: string, days: number) =>
  db
    .updateTable('deviceEvents')
    .set({ receivedAt: new Date(Date.now() - days * DAY) })
    .where(sql<string>`body -> 'payload' ->> 'id'`, '=', id)
    .execute()

/** A participant without an encounter yet. */
async function register() {
  const payload = device.participant((seed += 1))
  expect((await device.send([device.event({ type: 'participant.registered', payload })])).rejected).toEqual([])
  return payload
}

/** An encounter of a participant, with the consent version and the device's clock as given. */
async function fileEncounter(
  participant: Participant,
  { textVersion = '1', completedAt = '2026-11-20T09:30:00.000Z' }: { textVersion?: string; completedAt?: string },
): Promise<string> {
  const { events } = device.visit({ seed: (seed += 1), participant })
  const payload = events.flatMap((event) => (event.type === 'encounter.completed' ? [event.payload] : []))[0]
  if (payload === undefined) throw new Error('a visit has an encounter')
  const encounter = { ...payload, completedAt, consent: { ...payload.consent, textVersion } }
  expect((await device.send([device.event({ type: 'encounter.completed', payload: encounter })])).rejected).toEqual([])
  return encounter.id
}
const isThere = async (participantId: string) => (await rowsWith(participantId)).includes('participants')

test('promise 8: a retention period does the same by itself, by the shortest rule that fits', async () => {
  const { participant, recording, encounterId } = await visit()
  const elsewhere = await TestDevice.enrol(app, context, { site: 'Ward C' })
  const other = await elsewhere.fileVisit({ seed: (seed += 1) })
  await administrator.post('/retention-rules', { keepDays: 3000 })
  await administrator.post('/retention-rules', { siteId: device.siteId, keepDays: 400 })
  for (const id of [encounterId, other.encounterId]) await receivedDaysAgo(id, 399)
  expect(await applyRetention(context)).toBe(0)
  for (const id of [encounterId, other.encounterId]) await receivedDaysAgo(id, 401)
  expect(await applyRetention(context)).toBe(1)
  expect(await context.blobs.has(recording.sha256)).toBe(false)
  expect(await rowsWith(participant.code)).toEqual([])
  expect(await context.blobs.has(other.recording.sha256)).toBe(true)
  await receivedDaysAgo(other.encounterId, 0)
  expect((await administrator.post('/retention-rules', { siteId: device.siteId, keepDays: null })).statusCode).toBe(204)
  expect((await administrator.get('/retention-rules')).json()).toMatchObject([{ siteId: null, keepDays: 3000 }])
  await administrator.post('/retention-rules', { keepDays: null })
})

test('promise 8: a participant of whom no encounter came is not kept for ever either', async () => {
  const participant = await register()
  await receivedDaysAgo(participant.id, 401)
  await keepFor('1', 400)
  expect(await applyRetention(context)).toBe(0)
  await administrator.post('/retention-rules', { siteId: device.siteId, keepDays: 402 })
  expect(await applyRetention(context)).toBe(0)
  await receivedDaysAgo(participant.id, 403)
  expect(await applyRetention(context)).toBe(1)
  expect(await isThere(participant.id)).toBe(false)
  await administrator.post('/retention-rules', { siteId: device.siteId, keepDays: null })
  await keepFor('1', null)
})

const keepFor = (protocol: string, keepDays: number | null) =>
  administrator.post('/retention-rules', { protocol, keepDays })

test('promise 8: an encounter under a consent version without a rule, or not run out under its own, keeps the participant', async () => {
  const participant = await register()
  await receivedDaysAgo(await fileEncounter(participant, { completedAt: '2020-01-01T00:00:00.000Z' }), 2500)
  const newer = await fileEncounter(participant, { textVersion: '2' })
  await receivedDaysAgo(newer, 1)
  await keepFor('1', 400)
  expect(await applyRetention(context)).toBe(0)
  await receivedDaysAgo(newer, 2500)
  expect(await applyRetention(context)).toBe(0)
  await keepFor('2', 3000)
  expect(await applyRetention(context)).toBe(0)
  expect(await isThere(participant.id)).toBe(true)
  await receivedDaysAgo(newer, 3001)
  expect(await applyRetention(context)).toBe(1)
  expect(await isThere(participant.id)).toBe(false)
  for (const protocol of ['1', '2']) await keepFor(protocol, null)
})

test('promise 8: a keeping period counts from when the server received an encounter, whatever the device takes for the time', async () => {
  const [stopped, ahead] = [await register(), await register()]
  const encounters = [
    await fileEncounter(stopped, { completedAt: '2015-01-01T00:00:00.000Z' }),
    await fileEncounter(ahead, { completedAt: '2090-01-01T00:00:00.000Z' }),
  ]
  await administrator.post('/retention-rules', { keepDays: 3650 })
  expect(await applyRetention(context)).toBe(0)
  for (const { id } of [stopped, ahead]) expect(await isThere(id)).toBe(true)
  for (const id of encounters) await receivedDaysAgo(id, 3651)
  expect(await applyRetention(context)).toBe(2)
  for (const { id } of [stopped, ahead]) expect(await isThere(id)).toBe(false)
  await administrator.post('/retention-rules', { keepDays: null })
})

test('promise 8: an encounter that an import brought counts from when the import was filed', async () => {
  const participant = await register()
  const encounterId = await fileEncounter(participant, { completedAt: '2012-01-01T00:00:00.000Z' })
  // As an import leaves it: there is no event of a device.
  await db
    .deleteFrom('deviceEvents')
    .where(sql<string>`body -> 'payload' ->> 'id'`, '=', encounterId)
    .execute()
  const importId = newId()
  const at = new Date()
  const counts = { recordings: 1, participants: 1, list: null, mapping: null, undoneAt: null }
  await db
    .insertInto('imports')
    .values({ id: importId, name: 'Pilot', status: 'filed', ...counts, createdBy: 'ana', createdAt: at, filedAt: at })
    .execute()
  await db.insertInto('importEncounters').values({ encounterId, importId }).execute()
  await administrator.post('/retention-rules', { keepDays: 3650 })
  expect(await applyRetention(context)).toBe(0)
  await db
    .updateTable('imports')
    .set({ filedAt: new Date(Date.now() - 3651 * DAY) })
    .where('id', '=', importId)
    .execute()
  expect(await applyRetention(context)).toBe(1)
  expect(await isThere(participant.id)).toBe(false)
  await administrator.post('/retention-rules', { keepDays: null })
})

test('promise 8: every table that hangs on a participant goes with the participant', async () => {
  const { rows } = await sql<{ source: string; target: string; rule: string }>`
    select conrelid::regclass::text as source, confrelid::regclass::text as target, confdeltype::text as rule
    from pg_constraint where contype = 'f'`.execute(db)
  const reached = new Set(['participants'])
  for (let size = 0; size !== reached.size;) {
    size = reached.size
    for (const { source, target } of rows) if (reached.has(target)) reached.add(source)
  }
  expect(reached).toContain('labels')
  expect(rows.filter(({ target, rule }) => reached.has(target) && rule !== 'c')).toEqual([])
})

test('another protocol path leads to no late audio: an upload is begun for recordings of this device alone', async () => {
  const { recording } = device.visit({ seed: (seed += 1) })
  const reply = await app.inject({
    method: 'POST',
    url: `${DEVICE_API}/recordings/${recording.id}/finalise`,
    headers: device.headers,
    payload: { uploadId: 'x', sha256: recording.sha256 },
  })
  expect(reply.json()).toMatchObject({ code: 'recording_unknown' })
})

/** A model version trained on a dataset version, as its row alone. */
async function fileModel(datasetVersionId: string): Promise<string> {
  const [runId, modelId, sha256] = [newId(), newId(), 'a'.repeat(64)]
  const at = new Date()
  await db
    .insertInto('trainingRuns')
    .values({
      id: runId,
      datasetVersionId,
      status: 'succeeded',
      stage: 'done',
      progress: 1,
      seed: 1,
      network: 'compact',
      configuration: '{}',
      epochs: '[]',
      failure: null,
      cancelRequested: false,
      startedBy: 'ana',
      createdAt: at,
      endedAt: at,
    })
    .execute()
  await sql`insert into model_versions (model_id, version, status, run_id, dataset_version_id, manifest, manifest_sha256, onnx_sha256,
    golden_sha256, created_at) values (${modelId}, 1, 'champion', ${runId}, ${datasetVersionId}, '{}', ${sha256}, ${sha256}, ${sha256}, now())`.execute(
    db,
  )
  return modelId
}
