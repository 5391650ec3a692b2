import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { expect, test } from 'vitest'
import type { OutboxRow } from '../store/database.ts'
import { openStore } from '../store/store.ts'
import { nextAudio, nextEvents, reopenEncounter } from './outboxQueue.ts'

const NOW = 1_000_000
const row = (change: Partial<OutboxRow> & Pick<OutboxRow, 'kind' | 'sequence'>): OutboxRow => ({
  id: newId(),
  encounterId: newId(),
  state: 'queued',
  attempts: 0,
  nextAttemptAt: 0,
  uploadUrl: null,
  bytesSent: 0,
  reason: null,
  receiptId: null,
  byteLength: 100,
  sha256: 'a'.repeat(64),
  sealed: null,
  ...change,
})

async function queueOf(rows: readonly OutboxRow[]) {
  const { db } = await openStore(newId())
  await db.outbox.bulkAdd([...rows])
  return db
}
const numbered = Array.from({ length: 60 }, (_, index) => index + 1)

test('events that wait for their time stand in nobody’s way, and the rest go in order, by count and by bytes', async () => {
  const db = await queueOf(
    numbered.map((sequence) => row({ kind: 'event', sequence, nextAttemptAt: sequence <= 45 ? NOW + 1 : 0 })),
  )
  const sequences = async (count: number, bytes: number) =>
    (await nextEvents(db, NOW, count, bytes)).map(({ sequence }) => sequence)
  expect(await sequences(4, 10_000)).toEqual([46, 47, 48, 49])
  expect(await sequences(100, 250)).toEqual([46, 47])
  expect(await sequences(100, 10)).toEqual([46])
  expect(await sequences(100, 10_000)).toEqual(numbered.slice(45))
})

test('the next audio is the first that is due and whose event the server has, however far back it stands', async () => {
  const rows = numbered.flatMap((sequence) => [
    row({ kind: 'event', sequence, state: sequence > 41 ? 'synced' : 'attention' }),
    row({ kind: 'audio', sequence, nextAttemptAt: sequence === 42 ? NOW + 1 : 0 }),
  ])
  const db = await queueOf(rows)
  expect((await nextAudio(db, NOW))?.sequence).toBe(43)
  expect((await nextAudio(db, NOW + 1))?.sequence).toBe(42)
})

test('a participant whom the server forgot is registered again, though an earlier encounter did that', async () => {
  const [returning, another] = [newId(), newId()]
  const encounters = [returning, returning, another].map((participantId) => ({
    id: newId(),
    participantId,
    state: 'complete' as const,
    updatedAt: NOW,
    sealed: { iv: new Uint8Array(12), data: new ArrayBuffer(16) },
  }))
  const [first, second] = encounters
  const rows = encounters.map(({ id: encounterId }, index) =>
    row({ kind: 'event', sequence: index + 1, encounterId, state: 'synced' }),
  )
  const db = await queueOf(rows)
  await db.encounters.bulkAdd(encounters)
  await reopenEncounter(db, second?.id ?? '')
  const waiting = await nextEvents(db, NOW, 10, 10_000)
  expect(waiting.map(({ encounterId }) => encounterId)).toEqual([first?.id, second?.id])
})

test('nothing queued is nothing to send', async () => {
  const db = await queueOf([row({ kind: 'event', sequence: 1, state: 'synced' })])
  expect(await nextEvents(db, NOW, 10, 1000)).toEqual([])
  expect(await nextAudio(db, NOW)).toBeNull()
})
