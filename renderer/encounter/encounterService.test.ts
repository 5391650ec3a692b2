import 'fake-indexeddb/auto'
import { deviceEventSchema } from '@spira/shared/protocol/events.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { describe, expect, test } from 'vitest'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { makeVoice } from '../recording/testing/voice.ts'
import { createOpener } from '../store/opener.ts'
import { storedBytes } from '../store/testing/testStore.ts'
import { outboxEvents } from '../sync/testing/outboxEvents.ts'
import { newPseudonym } from './pseudonym.ts'
import { draftOf } from './storedDraft.ts'
import { decisionOf } from './worklist.ts'

const voice = makeVoice(5, 48_000)

test('a draft is on disk as soon as it is begun, with a pseudonym made of nothing', async () => {
  const { encounters } = await createTestBedside()
  const draft = await encounters.start('OP-1')
  expect(draft.participant.code).toMatch(/^P-[0-9A-HJKMNP-TV-Z]{5}$/)
  expect(draft).toMatchObject({ operatorCode: 'OP-1', consent: null, entries: {}, step: 'participant' })
  const detail = await until(encounters.detail(draft.id), (value) => value !== null)
  expect(detail).toEqual({
    draft,
    protocol: defaultProtocol,
    identity: null,
    state: 'draft',
    takes: [],
    labels: [],
    typedLabel: null,
    established: false,
    sync: 'local',
  })
})

test('a pseudonym is never given twice on a device', () => {
  const taken = new Set<string>()
  for (let count = 0; count < 2000; count += 1) {
    const code = newPseudonym(taken)
    expect(taken.has(code)).toBe(false)
    taken.add(code)
  }
})

test('what is typed is persisted in order, and who the participant is never changes', async () => {
  const { encounters } = await createTestBedside()
  const { id, participant } = await encounters.start('OP-1')
  const ages = [4, 42, 421 % 120]
  await Promise.all(
    ages.map((ageYears) =>
      encounters.update(id, { participant: { ...participant, id: crypto.randomUUID(), code: 'P-00000', ageYears } }),
    ),
  )
  await encounters.update(id, { step: 'answers' })
  const detail = await until(encounters.detail(id), (value) => value?.draft.step === 'answers')
  expect(detail?.draft.participant).toEqual({ ...participant, ageYears: 61 })
})

test('promise 9: no stored byte of a draft shows the participant', async () => {
  const { store, encounters } = await createTestBedside()
  const { id, participant } = await readyDraft(encounters)
  await encounters.update(id, { participant: { ...participant, sex: 'female', ageYears: 61 } })
  await encounters.label(id, { value: 'present', cause: 'pneumonia', establishedBy: 'clinical', givenBy: 'OP-9' })
  const bytes = await storedBytes(store)
  expect(bytes).toContain(id)
  for (const secret of [
    participant.code,
    participant.code.slice(2),
    'female',
    'pneumonia',
    'present',
    'OP-1',
    'OP-9',
    'ageYears',
  ]) {
    expect(bytes).not.toContain(secret)
  }
})

describe('saving', () => {
  test('promise 1: completes in one step: the encounter, its takes and everything the server shall have', async () => {
    const bedside = await createTestBedside()
    const { store, encounters, recorder } = bedside
    const { id, participant } = await readyDraft(encounters)
    const redone = await bedside.take(id, voice)
    await recorder.reject(redone.recordingId)
    const kept = await bedside.take(id, voice)
    await encounters.label(id, { value: 'absent', establishedBy: 'spo2', givenBy: 'OP-1' })
    await encounters.complete(id)

    const events = await outboxEvents(store)
    expect(events.map(({ type }) => type)).toEqual([
      'participant.registered',
      'encounter.completed',
      'recording.saved',
      'assessment.made',
      'label.given',
    ])
    for (const event of events) expect(deviceEventSchema.parse(event)).toEqual(event)
    const saved = events.find((event) => event.type === 'recording.saved')
    expect(saved?.payload).toMatchObject({ id: kept.recordingId, participantId: participant.id, sampleRateHz: 16_000 })
    const audio = await store.db.outbox.where('id').equals(kept.recordingId).first()
    expect(audio).toMatchObject({
      kind: 'audio',
      sha256: saved?.payload.sha256,
      byteLength: saved?.payload.byteLength,
      sealed: null,
    })
    expect((await recorder.audio(kept.recordingId)).size).toBe(saved?.payload.byteLength)
    const states = new Map((await store.db.recordings.toArray()).map((row) => [row.id, row.state]))
    expect(states).toEqual(
      new Map([
        [redone.recordingId, 'rejected'],
        [kept.recordingId, 'kept'],
      ]),
    )
    expect(bedside.wakes()).toBeGreaterThan(0)

    const summary = await until(encounters.worklist, ([first]) => first?.state === 'complete')
    expect(summary).toEqual([
      expect.objectContaining({ id, participantCode: participant.code, sync: 'waiting', label: 'absent' }),
    ])
    await expect(encounters.complete(id)).rejects.toMatchObject({ code: 'encounter-complete' })
    await expect(encounters.update(id, { step: 'consent' })).rejects.toMatchObject({ code: 'encounter-complete' })
    await expect(encounters.discard(id)).rejects.toMatchObject({ code: 'encounter-complete' })
  })

  test('promise 1: a save that fails half way leaves the draft as it was, and can be repeated', async () => {
    const { store, encounters, take } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    await take(id, voice)
    let failing = true
    store.db.outbox.hook('creating', () => {
      if (failing) throw new DOMException('full', 'QuotaExceededError')
    })
    await expect(encounters.complete(id)).rejects.toThrow('full')
    expect(await store.db.outbox.count()).toBe(0)
    expect((await store.db.encounters.get(id))?.state).toBe('draft')
    expect((await store.db.recordings.toArray()).map(({ state }) => state)).toEqual(['taken'])
    failing = false
    await encounters.complete(id)
    expect(await store.db.outbox.count()).toBe(5)
  })

  test('promise 3: a refused take is saved with its reason only, and without a score', async () => {
    const { store, encounters, recorder, take } = await createTestBedside()
    const { id } = await readyDraft(encounters)
    const { recordingId } = await take(id, new Float32Array(2 * 48_000))
    await expect(encounters.complete(id)).rejects.toMatchObject({ code: 'take-unexplained' })
    expect(await store.db.outbox.count()).toBe(0)
    await recorder.keep(recordingId, 'patient-left')
    await encounters.complete(id)
    expect((await outboxEvents(store)).find(({ type }) => type === 'recording.saved')?.payload).toMatchObject({
      quality: { verdict: 'unusable', keptBecause: 'patient-left' },
    })
    expect((await outboxEvents(store)).map(({ type }) => type)).not.toContain('assessment.made')
    const [summary] = await until(encounters.worklist, ([first]) => first?.state === 'complete')
    expect(summary?.decision).toBe('refused')
  })

  test('names what is missing', async () => {
    const { encounters, recorder } = await createTestBedside()
    const { id } = await encounters.start('OP-1')
    await expect(encounters.complete(id)).rejects.toMatchObject({ code: 'consent-missing' })
    const ready = await readyDraft(encounters)
    await expect(encounters.complete(ready.id)).rejects.toMatchObject({ code: 'recording-missing' })
    const recording = await recorder.start({ encounterId: ready.id, task: 'read-sentence' })
    await expect(encounters.complete(ready.id)).rejects.toMatchObject({ code: 'recording-unfinished' })
    await recording.cancel()
    await expect(encounters.complete(crypto.randomUUID())).rejects.toMatchObject({ code: 'encounter-unknown' })
  })
})

test('an answer that cannot be, or is unusual and unconfirmed, holds the save back; confirmed it goes out under its protocol', async () => {
  const bedside = await createTestBedside()
  const { store, encounters } = bedside
  const { id } = await readyDraft(encounters)
  await bedside.take(id, voice)
  await encounters.update(id, { entries: { spo2Percent: '49' } })
  await expect(encounters.complete(id)).rejects.toMatchObject({ code: 'answers-unsettled' })
  await encounters.update(id, { confirmed: { spo2Percent: 49 }, entries: { heartRatePerMin: '999' } })
  await expect(encounters.complete(id)).rejects.toMatchObject({ code: 'answers-unsettled' })
  await encounters.update(id, { entries: { heartRatePerMin: '', weightKg: '72,5', comorbidities: ['asthma'] } })
  await encounters.complete(id)
  const completed = (await outboxEvents(store)).find(({ type }) => type === 'encounter.completed')
  expect(completed?.payload).toMatchObject({
    protocolVersion: 1,
    vitals: { spo2Percent: 49, respiratoryRatePerMin: 18 },
    answers: { spo2Percent: 49, respiratoryRatePerMin: 18, weightKg: 72.5, comorbidities: ['asthma'] },
  })
})

test('a draft of the app before there was a protocol is read with its vitals and its step', () => {
  const at = '2026-11-01T08:00:00.000Z'
  const participant = { id: '1', siteId: '2', code: 'P-7F3K2', registeredAt: at }
  const old = { id: '3', participant, operatorCode: 'N', consent: null, startedAt: at }
  expect(draftOf({ ...old, vitals: { spo2Percent: 49, measuredAt: at }, step: 'vitals' })).toEqual({
    ...old,
    protocolVersion: 1,
    entries: { spo2Percent: '49' },
    typed: {},
    confirmed: { spo2Percent: 49 },
    answeredAt: at,
    step: 'answers',
    section: null,
  })
  expect(draftOf({ ...old, vitals: null, step: 'consent' })).toMatchObject({ entries: {}, step: 'consent' })
})

test('a label is added, never changed; each goes to the server', async () => {
  const { store, encounters, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  await take(id, voice)
  await encounters.complete(id)
  await encounters.label(id, { value: 'unknown', establishedBy: 'clinical', givenBy: 'OP-1' })
  await encounters.label(id, { value: 'present', establishedBy: 'blood-gas', givenBy: 'OP-2' })
  const detail = await until(encounters.detail(id), (value) => value?.labels.length === 2)
  expect(detail?.labels.map(({ value }) => value)).toEqual(['present', 'unknown'])
  expect((await outboxEvents(store)).filter(({ type }) => type === 'label.given')).toHaveLength(2)
})

test('promise 1: what is typed of a label is there after a restart, until the label is given', async () => {
  const before = await createTestBedside()
  const { id } = await readyDraft(before.encounters)
  await before.take(id, voice)
  await before.encounters.complete(id)
  const typed = { value: 'present', establishedBy: '', cause: 'pneum' } as const
  await before.encounters.typeLabel(id, typed)
  const { name } = before.store.db
  before.store.db.close()

  const { encounters, store } = await createTestBedside({ storeName: name })
  expect(await until(encounters.detail(id), (value) => value !== null)).toMatchObject({ typedLabel: typed, labels: [] })
  const [row] = await store.db.typedLabels.toArray()
  expect(row?.sealed.owner).toBe((await store.db.encounters.get(id))?.participantId)
  await encounters.label(id, { value: 'present', establishedBy: 'clinical', cause: 'pneumonia', givenBy: 'OP-1' })
  expect(await until(encounters.detail(id), (value) => value?.labels.length === 1)).toMatchObject({ typedLabel: null })
})

test('a discarded draft leaves nothing', async () => {
  const { store, encounters, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  await take(id, voice)
  await encounters.discard(id)
  const { db } = store
  const counts = [db.encounters, db.recordings, db.chunks, db.assessments, db.labels].map((table) => table.count())
  expect(await Promise.all(counts)).toEqual([0, 0, 0, 0, 0])
})

test('promise 2: an encounter shows as synced only when every item has its receipt', async () => {
  const { store, encounters, take } = await createTestBedside()
  const { id } = await readyDraft(encounters)
  await take(id, voice)
  await encounters.complete(id)
  const rows = await store.db.outbox.toArray()
  for (const [at, row] of rows.entries()) {
    const [summary] = await until(encounters.worklist, ([first]) => first?.state === 'complete')
    expect(summary?.sync).toBe('waiting')
    await store.db.outbox.update(row.id, { state: 'synced' })
    if (at < rows.length - 1) continue
    await until(encounters.worklist, ([first]) => first?.sync === 'synced')
    await until(encounters.detail(id), (detail) => detail?.sync === 'synced')
  }
})

test('promise 1: everything is there after a restart', async () => {
  const before = await createTestBedside()
  const { id } = await readyDraft(before.encounters)
  const { recordingId } = await before.take(id, voice)
  const shown = await until(before.encounters.detail(id), (detail) => detail?.takes.length === 1)
  const { name } = before.store.db
  before.store.db.close()

  const after = await createTestBedside({ storeName: name })
  expect(await until(after.encounters.detail(id), (detail) => detail !== null)).toEqual(shown)
  expect((await after.recorder.audio(recordingId)).size).toBe(44 + 80_000 * 2)
})

type DecidedTake = Parameters<typeof decisionOf>[0][number]

const scored = (decision: 'positive' | 'negative' | 'uncertain', state: 'taken' | 'rejected' = 'taken'): DecidedTake =>
  ({ state, outcome: { status: 'scored', findings: [], assessment: { decision } } }) as unknown as DecidedTake

const failed = (reason: string): DecidedTake =>
  ({ state: 'taken', outcome: { status: 'failed', reason } }) as unknown as DecidedTake

test('the worklist shows the most alarming take that counts', () => {
  const refused = { state: 'taken', outcome: { status: 'refused', findings: [] } } as const
  expect(decisionOf([])).toBeNull()
  expect(decisionOf([refused])).toBe('refused')
  expect(decisionOf([failed('task_not_assessed')])).toBeNull()
  expect(decisionOf([failed('timeout'), refused])).toBe('failed')
  expect(decisionOf([failed('timeout'), scored('negative')])).toBe('negative')
  expect(decisionOf([refused, scored('negative')])).toBe('negative')
  expect(decisionOf([scored('positive'), scored('negative')])).toBe('positive')
  expect(decisionOf([scored('positive', 'rejected'), scored('uncertain')])).toBe('uncertain')
})

test('a row that was moved or sealed with another key does not open', async () => {
  const one = await createTestBedside()
  const other = await createTestBedside()
  const { id } = await one.encounters.start('OP-1')
  const row = await one.store.db.encounters.get(id)
  if (row === undefined) throw new Error('no row')
  await expect(createOpener(other.store.keys).open(`encounters/${id}`, row.sealed)).rejects.toThrow()
  await expect(createOpener(one.store.keys).open(`encounters/${crypto.randomUUID()}`, row.sealed)).rejects.toThrow()
})
