import 'fake-indexeddb/auto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BRIDGE_CALLS } from '../electron/channels.ts'
import { startShell } from '../electron/shell.ts'
import { createElectronDouble } from '../electron/testing/electronDouble.ts'
import { createTestBedside, readyDraft, until } from '../renderer/bedside/testing/testBedside.ts'
import { makeVoice } from '../renderer/recording/testing/voice.ts'
import type { ShellBridge, ShellErrorCode, ShellReply } from '../renderer/shell/bridge.ts'
import { guardRecordings } from '../renderer/shell/guardRecordings.ts'
import { openStoreInShell } from '../renderer/shell/openStoreInShell.ts'
import { eraseDevice } from '../renderer/device/eraseDevice.ts'
import { unsealJson } from '../renderer/store/envelope.ts'
import { createOpener } from '../renderer/store/opener.ts'
import { outboxPlace } from '../renderer/store/places.ts'
import { createWithdrawalService } from '../renderer/withdrawal/withdrawalService.ts'
import { SpiraDatabase } from '../renderer/store/database.ts'
import { openStore, type Store } from '../renderer/store/store.ts'

/** The app's recordings and the shell's journals together: all of both is real but the two processes between them. */

const voice = makeVoice(6, 48_000)

let electron: Awaited<ReturnType<typeof createElectronDouble>>
let bridge: ShellBridge
let quitAsked: (() => void) | null
let name: string
const stores: Store[] = []
/** Answers a call instead of the shell. */
let instead: (call: string) => ShellReply<never> | null

beforeEach(async () => {
  electron = await createElectronDouble()
  await startShell(electron.facade, electron.installation)
  name = `copies-${crypto.randomUUID()}`
  instead = () => null
  quitAsked = null
  const calls = BRIDGE_CALLS.map((call) => [
    call,
    async (request: unknown) => instead(call) ?? (await electron.invoke(call, request)),
  ])
  bridge = { ...Object.fromEntries(calls), onQuitAsked: (listener: () => void) => void (quitAsked = listener) }
})
afterEach(async () => {
  for (const { db } of stores.splice(0)) db.close()
  electron.emit('app', 'will-quit')
  await rm(electron.data, { recursive: true, force: true })
})

const refusal = (code: ShellErrorCode): ShellReply<never> => ({ ok: false, code, sentence: `${code}.` })

/** The app as it starts. */
async function started(): Promise<Awaited<ReturnType<typeof createTestBedside>>> {
  const store = await openStoreInShell(bridge, name)
  stores.push(store)
  return createTestBedside({ store })
}

/** The browser's database is gone: evicted, damaged, or its profile deleted. */
async function loseDatabase(): Promise<void> {
  for (const { db } of stores.splice(0)) db.close()
  await new SpiraDatabase(name).delete()
}

const journals = async (): Promise<readonly string[]> => {
  const reply = await bridge.listJournals()
  return reply.ok ? reply.value : []
}
const samplesOf = async (audio: Blob): Promise<Float32Array> =>
  decodeWav(new Uint8Array(await audio.arrayBuffer())).samples

test('promise 1: a take whose database is lost is offered back at the next start, sample for sample', async () => {
  const before = await started()
  const draft = await readyDraft(before.encounters)
  const { recordingId } = await before.take(draft.id, voice)
  const samples = await samplesOf(await before.recorder.audio(recordingId))
  expect(await journals()).toEqual([recordingId])
  await loseDatabase()

  const { recorder, encounters } = await started()
  const [found] = await until(recorder.interrupted, (list) => list.length === 1)
  expect(found).toMatchObject({ recordingId, encounterId: draft.id, participantCode: draft.participant.code })
  const take = await recorder.recover(recordingId)
  expect(take).toMatchObject({ durationMs: 6000, state: 'taken', task: 'read-sentence' })
  expect(await samplesOf(await recorder.audio(recordingId))).toEqual(samples)
  expect(await until(encounters.worklist, (list) => list.length === 1)).toMatchObject([
    { id: draft.id, state: 'draft' },
  ])
})

test('promise 1: killed in the middle of a recording, with its database lost too: what was acknowledged comes back', async () => {
  const before = await started()
  const draft = await readyDraft(before.encounters)
  const recording = await before.recorder.start({ encounterId: draft.id, task: 'free-speech' })
  before.source().play(voice)
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 5900)
  await expect.poll(() => before.store.db.chunks.count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(11)
  before.capture().crash()
  await recording.stop().catch(() => undefined)
  await loseDatabase()

  const { recorder } = await started()
  const [found] = await until(recorder.interrupted, (list) => list.length === 1)
  expect(found?.durationMs).toBeGreaterThanOrEqual(5000)
  const { quality } = await recorder.recover(recording.recordingId)
  expect(quality.findings).toContainEqual(expect.objectContaining({ code: 'interrupted' }))
})

test('promise 1: pieces of a recording that the database lost or cannot open come back from the shell', async () => {
  const { encounters, take, store, recorder } = await started()
  const draft = await readyDraft(encounters)
  const { recordingId } = await take(draft.id, voice)
  const samples = await samplesOf(await recorder.audio(recordingId))
  await store.db.chunks.delete([recordingId, 2])
  const damaged = await store.db.chunks.get([recordingId, 5])
  if (damaged === undefined) throw new Error('six seconds have more chunks')
  await store.db.chunks.put({ ...damaged, sealed: { ...damaged.sealed, data: new ArrayBuffer(64) } })
  await store.copies?.mend(recordingId)
  expect(await samplesOf(await recorder.audio(recordingId))).toEqual(samples)
})

test('promise 9: what the shell holds of a recording is ciphertext, the key apart from it and wrapped', async () => {
  const { encounters, take, store } = await started()
  const draft = await readyDraft(encounters)
  const { recordingId } = await take(draft.id, voice)
  const chunk = await store.db.chunks.get([recordingId, 0])
  const file = await readFile(join(electron.data, 'userData/journals', `${recordingId}.journal`))
  expect(file.includes(Buffer.from(chunk?.sealed.data ?? new ArrayBuffer(1)))).toBe(true)
  for (const clear of [draft.participant.code, draft.operatorCode, 'read-sentence'])
    expect(file.includes(clear)).toBe(false)
  await expect(crypto.subtle.exportKey('raw', store.keys.device.key)).rejects.toThrow()
  expect((await readdir(join(electron.data, 'userData'))).toSorted()).toEqual(['device-key.json', 'journals'])
})

test('a recording that was cancelled or discarded does not come back, and one with its receipt is removed', async () => {
  const app = await started()
  const draft = await readyDraft(app.encounters)
  const cancelled = await app.recorder.start({ encounterId: draft.id, task: 'free-speech' })
  expect(await journals()).toEqual([cancelled.recordingId])
  await cancelled.cancel()
  expect(await journals()).toEqual([])

  const { recordingId } = await app.take(draft.id, voice)
  await app.encounters.discard(draft.id)
  expect(await journals()).toEqual([])

  const second = await readyDraft(app.encounters)
  const kept = await app.take(second.id, voice)
  expect(await journals()).toEqual([kept.recordingId])
  await app.store.db.outbox.add({
    id: kept.recordingId,
    kind: 'audio',
    encounterId: second.id,
    sequence: 1,
    state: 'synced',
    attempts: 1,
    nextAttemptAt: 0,
    uploadUrl: null,
    bytesSent: 1,
    byteLength: 1,
    sha256: 'a'.repeat(64),
    reason: null,
    sealed: null,
    receiptId: newId(),
  })
  const { recorder } = await started()
  expect(await journals()).toEqual([])
  expect(recorder.interrupted.get()).toEqual([])
  await expect(recorder.audio(recordingId)).rejects.toThrow()
})

const chunkIndexes = async (recordingId: string): Promise<readonly number[]> => {
  const reply = await bridge.readJournal({ recordingId, from: 0 })
  return reply.ok ? reply.value.chunks.map(({ index }) => index) : []
}
const TWELVE = Array.from({ length: 12 }, (_, index) => index)

test.each(['appendJournal', 'beginJournal'])(
  'promise 1: a second copy that fails (%s) ends no take, is said, and is written whole once it can be, over a restart too',
  async (failing) => {
    const app = await started()
    const { encounters, take, store } = app
    const draft = await readyDraft(encounters)
    let asked = 0
    const full = (call: string) => (call === failing && (asked += 1) > 4 ? refusal('storage-full') : null)
    instead = failing === 'beginJournal' ? (call) => (call === failing ? refusal('storage-failed') : null) : full
    const { recordingId, durationMs } = await take(draft.id, voice)
    expect(durationMs).toBe(6000)
    expect(store.copies?.missing.get()).toBe(1)
    expect((await chunkIndexes(recordingId)).length).toBe(failing === 'beginJournal' ? 0 : 4)
    // Refused still: it stays said.
    await expect(store.copies?.writeMissing()).rejects.toMatchObject({ name: 'ShellRefusal' })

    const again = await started()
    await expect(again.store.copies?.writeMissing()).rejects.toMatchObject({ name: 'ShellRefusal' })
    expect(again.store.copies?.missing.get()).toBe(1)
    instead = () => null
    await again.store.copies?.writeMissing()
    expect(again.store.copies?.missing.get()).toBe(0)
    expect(await chunkIndexes(recordingId)).toEqual(TWELVE)

    // Written later it is as good as any: the database lost, all of it comes back.
    const samples = await samplesOf(await again.recorder.audio(recordingId))
    await loseDatabase()
    const rebuilt = await started()
    await until(rebuilt.recorder.interrupted, (list) => list.length === 1)
    await rebuilt.recorder.recover(recordingId)
    expect(await samplesOf(await rebuilt.recorder.audio(recordingId))).toEqual(samples)
  },
)

test('a second copy that is missing waits for the end of its recording, and one that nobody needs any more is not written', async () => {
  const { encounters, recorder, store } = await started()
  const draft = await readyDraft(encounters)
  instead = (call) => (call === 'beginJournal' ? refusal('storage-full') : null)
  const recording = await recorder.start({ encounterId: draft.id, task: 'free-speech' })
  instead = () => null
  await store.copies?.writeMissing()
  expect(store.copies?.missing.get()).toBe(1)
  expect(await journals()).toEqual([])
  await recording.cancel()
  await store.copies?.writeMissing()
  expect(store.copies?.missing.get()).toBe(0)
  expect(await journals()).toEqual([])
})

const keptWithdrawals = async (): Promise<readonly string[]> => {
  const reply = await bridge.listWithdrawals()
  return reply.ok ? reply.value.map(({ id }) => id) : []
}

const withdrawalsOf = (store: Store) =>
  createWithdrawalService({ store, opener: createOpener(store.keys), wakeSync: () => undefined })

/** What is in the outbox of withdrawals. */
const toldOf = async ({ db, keys }: Store): Promise<readonly DeviceEvent[]> =>
  Promise.all(
    (await db.outbox.where('encounterId').equals('device').toArray()).map(async ({ id, sealed }) => {
      if (sealed === null) throw new Error('a withdrawal is an event')
      return unsealJson<DeviceEvent>(keys, outboxPlace(id), sealed)
    }),
  )

test('promise 8: a withdrawal that no server knows of survives the loss of the database: erased still, told still, until its receipt', async () => {
  const app = await started()
  const draft = await readyDraft(app.encounters)
  const { recordingId } = await app.take(draft.id, voice)
  const file = join(electron.data, 'userData/journals', `${recordingId}.journal`)
  const copy = await readFile(file)
  const participantId = draft.participant.id
  await withdrawalsOf(app.store).withdraw({ participantId, recordedBy: 'N-12' })
  const [told] = await toldOf(app.store)
  expect(await keptWithdrawals()).toEqual([told?.id])
  const kept = await readFile(join(electron.data, 'userData/journals', `${told?.id}.withdrawal`))
  for (const clear of [participantId, 'N-12', 'withdrawn']) expect(kept.includes(clear)).toBe(false)
  await loseDatabase()
  // And a copy of theirs that a disk gives back.
  await writeFile(file, copy)

  const { store, recorder } = await started()
  expect(await store.db.tombstones.toCollection().primaryKeys()).toEqual([participantId])
  const [again, ...more] = await toldOf(store)
  expect(more).toEqual([])
  expect(again).toMatchObject({ type: 'participant.withdrawn', payload: told?.payload })
  expect(await keptWithdrawals()).toEqual([again?.id])
  expect(await journals()).toEqual([])
  expect(recorder.interrupted.get()).toEqual([])
  // Started once more, it is told once.
  const third = await started()
  expect(await toldOf(third.store)).toEqual([again])

  await third.store.copies?.writeMissing()
  expect(await keptWithdrawals()).toEqual([again?.id])
  await third.store.db.outbox.update(again?.id ?? '', { state: 'synced', receiptId: newId() })
  await third.store.copies?.writeMissing()
  expect(await keptWithdrawals()).toEqual([])
})

test('promise 8: a shell that cannot keep a withdrawal stops none, and keeps it later', async () => {
  const { store, encounters } = await started()
  const { participant } = await readyDraft(encounters)
  instead = (call) => (call === 'keepWithdrawal' ? refusal('storage-full') : null)
  await withdrawalsOf(store).withdraw({ participantId: participant.id, recordedBy: 'N-12' })
  expect(await store.db.tombstones.count()).toBe(1)
  expect(await keptWithdrawals()).toEqual([])
  instead = () => null
  await store.copies?.writeMissing()
  expect(await keptWithdrawals()).toEqual((await toldOf(store)).map(({ id }) => id))
  // Erased by order, the device keeps nothing, withdrawals neither.
  await eraseDevice(store, 'erased-revoked', Date.now())
  expect(await keptWithdrawals()).toEqual([])
})

test.each<ShellErrorCode>([
  'key-damaged',
  'key-missing',
  'key-store-changed',
  'key-store-insecure',
  'key-store-unavailable',
])('promise 9: %s with a new database stops the start and makes no other key', async (code) => {
  instead = (call) => (call === 'loadKey' ? refusal(code) : null)
  await expect(openStoreInShell(bridge, name)).rejects.toMatchObject({
    name: 'ShellRefusal',
    code,
    message: `${code}.`,
  })
  const db = new SpiraDatabase(name)
  expect(await db.keys.count()).toBe(0)
  db.close()
  expect(await bridge.listJournals()).toEqual({ ok: true, value: [] })
})

test('a device whose key store fails one day goes on with the key its database has, without copies', async () => {
  const before = await started()
  const draft = await readyDraft(before.encounters)
  await before.take(draft.id, voice)
  electron.safeStorage.available = false
  const { store, take } = await started()
  expect(store.copies).toBeNull()
  await take(draft.id, voice)
  expect(await journals()).toHaveLength(1)
  expect(electron.warnings).toEqual([expect.stringContaining('key store is not available')])
  expect(await readFile(join(electron.data, 'logs/shell.log'), 'utf8')).toContain('copy-without-key')
})

test('a database whose key the shell never had gets no copies that nobody could open', async () => {
  stores.push(await openStore(name))
  expect((await started()).store.copies).toBeNull()
  await bridge.keepKey({ key: new Uint8Array(32) })
  expect((await started()).store.copies).toBeNull()
})

test('promise 1: quitting in the middle of a recording keeps the take first', async () => {
  const { encounters, recorder, source, store } = await started()
  const draft = await readyDraft(encounters)
  const guarded = guardRecordings(recorder, bridge)
  const recording = await guarded.start({ encounterId: draft.id, task: 'read-sentence' })
  await expect.poll(() => electron.calls).toContain('power.start')
  source().play(voice)
  await until(recording.live, ({ elapsedMs }) => elapsedMs >= 5900)
  expect(electron.emit('window', 'close')).toBe(true)
  expect(electron.sent).toContain('spira:quitAsked')
  quitAsked?.()
  await expect.poll(() => electron.calls, { timeout: 20_000 }).toContain('quit')
  expect(await store.db.recordings.get(recording.recordingId)).toMatchObject({ state: 'taken' })
  expect(electron.emit('window', 'close')).toBe(false)
  await expect.poll(() => electron.calls).toContain('power.stop')
})
