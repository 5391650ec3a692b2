import { newId } from '@spira/shared/protocol/ids.ts'
import { expect, test, vi } from 'vitest'
import type { StorageState } from '../bedside/bedside.ts'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { LEAST_FREE_BYTES } from '../recording/storageRoom.ts'
import { watchStorage } from '../recording/storageWatch.ts'
import { makeVoice } from '../recording/testing/voice.ts'
import { transitionAll } from '../sync/outboxQueue.ts'
import { receiptedBytes, removeReceiptedAudio } from './makeRoom.ts'
import type { Store } from './store.ts'
import { openTestStore } from './testing/testStore.ts'

const voice = makeVoice(2, 48_000)
const WAV_BYTES = 44 + 2 * 32_000
let estimate: StorageEstimate = {}
vi.stubGlobal('navigator', {
  locks: navigator.locks,
  storage: { estimate: () => Promise.resolve(estimate), persisted: () => Promise.resolve(true) },
})

/** Audio in the outbox, oldest first, of which the first `receipted` have their receipts; sealed is nothing here that is opened. */
async function addAudio({ db }: Store, count: number, receipted: number): Promise<readonly string[]> {
  const sealed = { iv: new Uint8Array(12), data: new ArrayBuffer(16) }
  const ids = Array.from({ length: count }, () => newId())
  for (const [at, id] of ids.entries()) {
    const common = { id, encounterId: newId() }
    await db.recordings.add({ ...common, state: 'kept', startedAt: at, sealed })
    await db.chunks.add({ recordingId: id, index: 0, sealed })
    await db.outbox.add({
      ...common,
      kind: 'audio',
      sequence: 1000 + at,
      state: at < receipted ? 'synced' : 'queued',
      attempts: 0,
      nextAttemptAt: 0,
      uploadUrl: null,
      bytesSent: 0,
      byteLength: WAV_BYTES,
      sha256: '0'.repeat(64),
      reason: null,
      sealed: null,
      receiptId: at < receipted ? newId() : null,
    })
  }
  return ids
}

const held = ({ db }: Store, ids: readonly string[]): Promise<readonly boolean[]> =>
  Promise.all(ids.map(async (id) => (await db.chunks.where('recordingId').equals(id).count()) > 0))

test('promise 1: a full disk in mid-recording costs receipted audio, and nothing else', async () => {
  const { store, encounters, recorder, take } = await createTestBedside()
  const { db } = store
  const saved = await readyDraft(encounters)
  const { recordingId } = await take(saved.id, voice)
  await encounters.label(saved.id, { value: 'present', establishedBy: 'clinical', givenBy: 'OP-1' })
  await encounters.complete(saved.id)
  await db.outbox.where('encounterId').equals(saved.id).modify({ state: 'synced', receiptId: newId() })
  const waiting = await addAudio(store, 1, 0)
  const before = encounters.detail(saved.id)
  expect(await until(before, (value) => value !== null)).toMatchObject({ takes: [{ audio: 'here' }] })

  let isFull = true
  db.chunks.hook('creating', () => {
    if (isFull) throw new DOMException('full', 'QuotaExceededError')
  })
  db.chunks.hook('deleting', () => void (isFull = false))
  const { id } = await readyDraft(encounters)
  const next = await take(id, voice)
  expect(next).toMatchObject({ durationMs: 2000, audio: 'here', outcome: { status: 'scored' } })
  expect((await recorder.audio(next.recordingId)).size).toBe(WAV_BYTES)
  expect(await held(store, [recordingId, ...waiting])).toEqual([false, true])

  const detail = await until(encounters.detail(saved.id), (value) => value?.takes[0]?.audio === 'at-server')
  expect(detail).toMatchObject({
    state: 'complete',
    sync: 'synced',
    takes: [{ state: 'kept', outcome: { status: 'scored' } }],
    labels: [{ value: 'present' }],
  })
  await expect(recorder.audio(recordingId)).rejects.toMatchObject({ code: 'audio-at-server' })
})

test('only as much as is wanted goes, the oldest first, and only what has its receipt', async () => {
  const store = await openTestStore()
  const ids = await addAudio(store, 3, 2)
  expect(await receiptedBytes(store.db)).toBe(2 * WAV_BYTES)
  expect(await removeReceiptedAudio(store.db, 1)).toBe(WAV_BYTES)
  expect(await held(store, ids)).toEqual([false, true, true])
  expect(await removeReceiptedAudio(store.db, Number.MAX_SAFE_INTEGER)).toBe(WAV_BYTES)
  expect(await removeReceiptedAudio(store.db, 1)).toBe(0)
  expect(await held(store, ids)).toEqual([false, false, true])
})

test('a recording is refused only where what could be removed is too little, and the warning counts it as room', async () => {
  const { store, encounters, recorder } = await createTestBedside()
  const ids = await addAudio(store, 2, 1)
  const { id } = await readyDraft(encounters)
  const request = { encounterId: id, task: 'read-sentence' } as const
  const quota = 2 * LEAST_FREE_BYTES
  const freeBytes = LEAST_FREE_BYTES - WAV_BYTES
  estimate = { quota, usage: quota - freeBytes }
  expect(await watched(store)).toMatchObject({ room: 'low', freeBytes })
  await (await recorder.start(request)).cancel()
  expect(await held(store, ids)).toEqual([false, true])

  await expect(recorder.start(request)).rejects.toMatchObject({ code: 'storage-full' })
  expect(await held(store, ids)).toEqual([false, true])
  expect(await watched(store)).toMatchObject({ room: 'full', freeBytes })
})

async function watched({ db }: Store): Promise<StorageState> {
  const watch = watchStorage(db)
  const state = await until(watch.state, ({ room }) => room !== 'unknown')
  watch.stop()
  return state
}

test('what the server says it lost is not removed any more', async () => {
  const store = await openTestStore()
  const ids = await addAudio(store, 1, 1)
  await transitionAll(store.db, ['synced'], { type: 'forgotten' })
  expect(await removeReceiptedAudio(store.db, 1)).toBe(0)
  expect(await held(store, ids)).toEqual([true])
})
