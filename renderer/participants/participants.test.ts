import 'fake-indexeddb/auto'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import { ruleFor } from '@spira/shared/protocol/recordNumber.ts'
import { expect, test } from 'vitest'
import type { LocalIdentity } from '../bedside/bedside.ts'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { makeVoice } from '../recording/testing/voice.ts'
import { createOpener } from '../store/opener.ts'
import { isEstablished, replaced, whoTyped } from './samePerson.ts'
import { eraseParticipant } from '../withdrawal/eraseParticipant.ts'
import { outboxEvents } from '../sync/testing/outboxEvents.ts'
import { storedBytes } from '../store/testing/testStore.ts'

const voice = makeVoice(5, 48_000)
const IDENTITY = { initials: 'QX', recordNumber: '14259401E', ruleId: 'hc-fmusp' }

test('promise 9: initials and record number lie nowhere readable, and no event carries them', async () => {
  const bedside = await createTestBedside()
  const { id } = await readyDraft(bedside.encounters)
  await bedside.encounters.identify(id, IDENTITY)
  const detail = await until(bedside.encounters.detail(id), (value) => (value?.identity ?? null) !== null)
  expect(detail?.identity).toEqual(IDENTITY)
  await bedside.take(id, voice)
  await bedside.encounters.complete(id)
  const bytes = await storedBytes(bedside.store)
  expect(bytes).toContain(id)
  for (const secret of [IDENTITY.recordNumber, '14259401', '"QX"']) expect(bytes).not.toContain(secret)
  const sent = JSON.stringify(await outboxEvents(bedside.store))
  expect(sent).toContain(id)
  for (const secret of [IDENTITY.recordNumber, '14259401', '"QX"']) expect(sent).not.toContain(secret)
})

test('a record number leads to the participant who has it; a second one is not made: not at the next step, not when saved', async () => {
  const { encounters, participants, store } = await createTestBedside()
  const first = await encounters.start('OP-1')
  await encounters.identify(first.id, IDENTITY)
  const second = await encounters.start('OP-1')
  expect(await participants.find(IDENTITY.recordNumber)).toMatchObject({
    participant: { id: first.participant.id },
    identity: IDENTITY,
    encounters: 1,
  })
  expect(await participants.find('13817615A')).toBeNull()
  await encounters.identify(second.id, { ...IDENTITY, initials: 'QY' })
  const typed = await until(encounters.detail(second.id), (value) => value?.identity?.initials === 'QY')
  // As typed it stays with the draft, so that a reload finds it again; the number stays the first one's.
  expect(typed?.draft.typed.recordNumber).toBe(IDENTITY.recordNumber)
  expect(typed?.identity?.recordNumber).toBe('')
  await expect(encounters.update(second.id, { step: 'consent' })).rejects.toMatchObject({ code: 'participant-known' })
  await expect(encounters.complete(second.id)).rejects.toMatchObject({ code: 'participant-known' })
  expect((await store.db.identities.toArray()).filter(({ recordIndex }) => recordIndex !== null)).toHaveLength(1)
  // Begun by mistake, the first goes; then the number is the second's.
  await encounters.discard(first.id)
  await encounters.update(second.id, { step: 'consent' })
  expect(await participants.find(IDENTITY.recordNumber)).toMatchObject({ participant: { id: second.participant.id } })
})

test('a record number that cannot be leaves the kept one as it was, and its own rule reads it at every later encounter', async () => {
  const { encounters } = await createTestBedside()
  const first = await encounters.start('OP-1')
  await encounters.identify(first.id, { initials: 'AB', recordNumber: 'A-10023', ruleId: 'any' })
  await encounters.update(first.id, { step: 'consent' })
  const again = await encounters.start('OP-1', first.participant.id)
  // The device was last used with HC-FMUSP numbers; the patient's own number is of another kind.
  const kept = (await until(encounters.detail(again.id), (value) => (value?.identity ?? null) !== null))?.identity
  expect(kept).toEqual({ initials: 'AB', recordNumber: 'A10023', ruleId: 'any' })
  expect(ruleFor(defaultProtocol.identifierRules, ruleChoice(kept ?? null))?.id).toBe('any')
  await encounters.identify(again.id, { initials: 'AB', recordNumber: 'A10023', ruleId: 'hc-fmusp' })
  const after = await until(encounters.detail(again.id), (value) => value?.draft.typed.ruleId === 'hc-fmusp')
  expect(after?.identity).toEqual({ initials: 'AB', recordNumber: 'A10023', ruleId: 'any' })
  expect(after?.draft.typed).toMatchObject({ recordNumber: 'A10023', ruleId: 'hc-fmusp' })
  await expect(encounters.update(again.id, { step: 'consent' })).rejects.toMatchObject({ code: 'identity-unsettled' })
})

test('promise 2: somebody seen before becomes nobody else by what is typed over them; said to be the same person, they are corrected', async () => {
  const { encounters, participants } = await createTestBedside()
  const first = await encounters.start('OP-1')
  await encounters.identify(first.id, { initials: 'MS', recordNumber: 'A10023', ruleId: 'any' })
  await encounters.update(first.id, { step: 'consent' })
  const again = await encounters.start('OP-1', first.participant.id)
  await encounters.identify(again.id, { initials: 'JP', recordNumber: 'B20', ruleId: 'any' })
  await encounters.identify(again.id, { initials: 'JP', recordNumber: 'B20045', ruleId: 'any' })
  // Neither while it is typed nor on the way on: the history stays MS's.
  const typed = await until(encounters.detail(again.id), (value) => value?.draft.typed.initials === 'JP')
  expect(typed).toMatchObject({ established: true, identity: { initials: 'MS', recordNumber: 'A10023' } })
  for (const going of [{ step: 'consent' as const }, { step: 'record' as const, typed: { samePerson: 'MS B20045' } }])
    await expect(encounters.update(again.id, going)).rejects.toMatchObject({ code: 'identity-replaced' })
  await expect(encounters.complete(again.id)).rejects.toMatchObject({ code: 'identity-replaced' })
  expect(await participants.find('B20045')).toBeNull()
  await encounters.update(again.id, { step: 'consent', typed: { samePerson: whoTyped('JP', 'B20045') } })
  expect(await participants.find('B20045')).toMatchObject({
    participant: { id: first.participant.id },
    identity: { initials: 'JP' },
  })
  expect(await participants.find('A10023')).toBeNull()
})

test('whom somebody would become: what completes or repeats replaces nobody, what differs or takes out does', () => {
  const kept = { initials: 'MS', recordNumber: 'A10023', ruleId: 'any' }
  const number = { status: 'ok', bare: 'A10023', ruleId: 'any' } as const
  expect(replaced(kept, { initials: 'MS', number })).toBeNull()
  expect(replaced(null, { initials: 'JP', number })).toBeNull()
  expect(replaced({ ...kept, initials: '', recordNumber: '' }, { initials: 'JP', number })).toBeNull()
  expect(replaced(kept, { initials: 'JP', number })).toBe('JP A10023')
  expect(replaced(kept, { initials: '', number })).toBe(' A10023')
  expect(replaced(kept, { initials: 'MS', number: { ...number, bare: 'B2' } })).toBe('MS B2')
  expect(replaced(kept, { initials: 'MS', number: { status: 'empty' } })).toBe('MS ')
})

test('with consent given, answers or sound, the person of this encounter is established; a fresh one is whom is typed', () => {
  const fresh = { consent: null, entries: {} }
  expect(isEstablished(fresh, { encounters: 1, takes: 0 })).toBe(false)
  expect(isEstablished(fresh, { encounters: 2, takes: 0 })).toBe(true)
  expect(isEstablished(fresh, { encounters: 1, takes: 1 })).toBe(true)
  expect(isEstablished({ ...fresh, entries: { spo2Percent: '94' } }, { encounters: 1, takes: 0 })).toBe(true)
  const consent = { given: true, textVersion: '1', language: 'en', givenAt: '2026-01-01T00:00:00Z' } as const
  expect(isEstablished({ ...fresh, consent }, { encounters: 1, takes: 0 })).toBe(true)
})

test('a mistyped HC-FMUSP number asks even where any number is allowed; said to be right, it is kept', async () => {
  const { encounters, participants } = await createTestBedside()
  const { id } = await encounters.start('OP-1')
  const typed = { initials: 'QX', recordNumber: '14259401F', ruleId: 'any' }
  await encounters.identify(id, typed)
  await expect(encounters.update(id, { step: 'consent' })).rejects.toMatchObject({ code: 'identity-unsettled' })
  expect(await participants.find('14259401F')).toBeNull()
  await encounters.identify(id, { ...typed, settledNumber: '14259401F' })
  await encounters.update(id, { step: 'consent' })
  expect(await participants.find('14259401F')).not.toBeNull()
})

test('an age that cannot be stays as it was typed, and goes no further', async () => {
  const { encounters } = await createTestBedside()
  const { id } = await encounters.start('OP-1')
  await encounters.update(id, { typed: { age: '610' } })
  await expect(encounters.update(id, { step: 'consent' })).rejects.toMatchObject({ code: 'identity-unsettled' })
  const detail = await until(encounters.detail(id), (value) => value?.draft.typed.age === '610')
  expect(detail?.draft).toMatchObject({ step: 'participant', typed: { age: '610' } })
  await encounters.update(id, { typed: { age: '61' }, step: 'consent' })
})

test('without a record number, somebody with the same initials, sex and age is offered; anybody else is not', async () => {
  const { encounters, participants } = await createTestBedside()
  const seen = await encounters.start('OP-1')
  await encounters.identify(seen.id, { initials: 'QX' })
  await encounters.update(seen.id, { participant: { ...seen.participant, sex: 'female', ageYears: 61 } })
  const { participant } = await encounters.start('OP-1')
  const traits = { participantId: participant.id, initials: 'QX', sex: 'female', ageYears: 62 } as const
  expect((await participants.alike(traits)).map((one) => one.participant.id)).toEqual([seen.participant.id])
  for (const other of [
    { ...traits, initials: 'QY' },
    { ...traits, initials: '' },
    { ...traits, sex: 'male' as const },
    { ...traits, sex: undefined },
    { ...traits, ageYears: 64 },
    { ...traits, ageYears: undefined },
    { ...traits, participantId: seen.participant.id },
  ])
    expect(await participants.alike(other)).toEqual([])
})

/** As the device remembers it: it was last used with HC-FMUSP numbers. */
const ruleChoice = (kept: LocalIdentity | null) => ({ chosen: undefined, kept, remembered: 'hc-fmusp' })

test('a draft becomes the known participant’s: what was given under the other pseudonym goes, and so does its key', async () => {
  const { encounters, store } = await createTestBedside()
  const known = await encounters.start('OP-1')
  await encounters.identify(known.id, IDENTITY)
  const draft = await readyDraft(encounters)
  await encounters.adopt(draft.id, known.participant.id)
  const detail = await until(encounters.detail(draft.id), (value) => value?.draft.step === 'participant')
  expect(detail).toMatchObject({
    identity: IDENTITY,
    draft: { participant: known.participant, consent: null, entries: {} },
  })
  expect(await store.db.participantKeys.get(draft.participant.id)).toBeUndefined()
})

test('promise 2: sound is never moved from one participant to another', async () => {
  const bedside = await createTestBedside()
  const known = await bedside.encounters.start('OP-1')
  const draft = await readyDraft(bedside.encounters)
  await bedside.take(draft.id, voice)
  await expect(bedside.encounters.adopt(draft.id, known.participant.id)).rejects.toMatchObject({
    code: 'recordings-made',
  })
  expect(await bedside.store.db.encounters.get(draft.id)).toMatchObject({ participantId: draft.participant.id })
})

test('refusal of consent leaves nothing: no record, no sound, no identity, no key', async () => {
  const bedside = await createTestBedside()
  const draft = await bedside.encounters.start('OP-1')
  await bedside.encounters.identify(draft.id, IDENTITY)
  await bedside.encounters.update(draft.id, { entries: { spo2Percent: '91' } })
  await bedside.encounters.discard(draft.id)
  const { db } = bedside.store
  const counts = await Promise.all(
    [
      db.encounters,
      db.recordings,
      db.chunks,
      db.labels,
      db.assessments,
      db.outbox,
      db.identities,
      db.participantKeys,
    ].map((table) => table.count()),
  )
  expect(counts).toEqual(counts.map(() => 0))
  expect(await storedBytes(bedside.store)).not.toContain(draft.participant.id)
})

test('promise 8: with a withdrawal initials and record number go too, and the number is free again', async () => {
  const { encounters, participants, store } = await createTestBedside()
  const { id, participant } = await encounters.start('OP-1')
  await encounters.identify(id, IDENTITY)
  await eraseParticipant(store, createOpener(store.keys), {
    participantId: participant.id,
    withdrawnAt: Date.now(),
    outboxRows: [],
  })
  expect(await store.db.identities.count()).toBe(0)
  expect(await participants.find(IDENTITY.recordNumber)).toBeNull()
})

test('the encounters of one participant stand on one page, oldest first, and the server hears of the participant once', async () => {
  const bedside = await createTestBedside()
  const first = await readyDraft(bedside.encounters)
  await bedside.take(first.id, voice)
  await bedside.encounters.complete(first.id)
  const again = await bedside.encounters.start('OP-2', first.participant.id)
  expect(again.participant).toEqual(first.participant)
  await bedside.encounters.update(again.id, {
    consent: { given: true, textVersion: '1', language: 'en', givenAt: new Date().toISOString() },
    entries: { spo2Percent: '49', respiratoryRatePerMin: '31' },
    confirmed: { spo2Percent: 49 },
  })
  await bedside.encounters.update(again.id, { participant: { ...first.participant, sex: 'female', ageYears: 61 } })
  await bedside.take(again.id, voice)
  await bedside.encounters.complete(again.id)
  const page = await until(
    bedside.participants.page(first.participant.id),
    (value) => value?.encounters.length === 2 && value.encounters.every(({ state }) => state === 'complete'),
  )
  expect(page?.encounters.map(({ id, spo2Percent, respiratoryRatePerMin: rate }) => [id, spo2Percent, rate])).toEqual([
    [first.id, 94, 18],
    [again.id, 49, 31],
  ])
  expect(page?.encounters[0]?.score?.probability).toBeGreaterThan(0)
  const events = await outboxEvents(bedside.store)
  const types = events.map(({ type }) => type)
  expect(types.filter((type) => type === 'participant.registered')).toHaveLength(1)
  expect(types.filter((type) => type === 'encounter.completed')).toHaveLength(2)
  // What was left out the first time reaches the server with the second encounter; left out again, it is not taken back.
  const corrections = events.filter(({ type }) => type === 'participant.corrected')
  expect(corrections.map(({ payload }) => payload)).toMatchObject([
    { participantId: first.participant.id, sex: 'female', ageYears: 61 },
  ])
})
