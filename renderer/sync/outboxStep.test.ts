import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutboxRow } from '../store/database.ts'
import { type OutboxChange, outboxStep } from './outboxStep.ts'

const SEED = 20261123
const hash = (digit: string): string => digit.repeat(64)

const row = (over: Partial<OutboxRow> = {}): OutboxRow => ({
  id: 'r1',
  kind: 'audio',
  encounterId: 'e1',
  sequence: 3,
  state: 'queued',
  attempts: 0,
  nextAttemptAt: 0,
  uploadUrl: null,
  bytesSent: 0,
  byteLength: 1000,
  sha256: hash('a'),
  reason: null,
  sealed: null,
  receiptId: null,
  ...over,
})

const change: fc.Arbitrary<OutboxChange> = fc.oneof(
  fc.constantFrom<OutboxChange>(
    { type: 'attempted' },
    { type: 'upload-complete' },
    { type: 'interrupted' },
    { type: 'forgotten' },
    { type: 'requested' },
  ),
  fc.record({ type: fc.constant('upload-created' as const), uploadUrl: fc.webUrl() }),
  fc.record({ type: fc.constant('bytes-accepted' as const), bytes: fc.integer({ min: -10, max: 2000 }) }),
  fc.record({
    type: fc.constant('receipt' as const),
    receiptId: fc.uuid(),
    sha256: fc.constantFrom(hash('a'), hash('b')),
  }),
  fc.record({ type: fc.constant('refused' as const), code: fc.string() }),
  fc.record({
    type: fc.constantFrom('postponed' as const, 'upload-lost' as const),
    code: fc.string(),
    retryAt: fc.nat(),
    attemptsAllowed: fc.constant(4),
  }),
)
const history = fc.array(change, { maxLength: 40 })
const kind = fc.constantFrom<OutboxRow['kind']>('event', 'audio')

test('promise 2: only a receipt that names the very hash makes an item synced, whatever else happens', () => {
  fc.assert(
    fc.property(kind, history, (ofKind, changes) => {
      let now = row({ kind: ofKind })
      for (const next of changes) {
        const before = now
        now = outboxStep(now, next)
        if (now.state === 'synced' && before.state !== 'synced') {
          expect(next.type).toBe('receipt')
          expect(next).toMatchObject({ sha256: before.sha256, receiptId: now.receiptId })
        }
      }
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('promise 2: what was recorded never changes on its way, and a synced item has its receipt', () => {
  fc.assert(
    fc.property(kind, history, (ofKind, changes) => {
      const { id, kind: itsKind, encounterId, sequence, sha256, byteLength, sealed } = row({ kind: ofKind })
      const end = changes.reduce(outboxStep, row({ kind: ofKind }))
      expect(end).toMatchObject({ id, kind: itsKind, encounterId, sequence, sha256, byteLength, sealed })
      expect(end.bytesSent).toBeGreaterThanOrEqual(0)
      expect(end.bytesSent).toBeLessThanOrEqual(byteLength)
      expect(end.receiptId !== null).toBe(end.state === 'synced')
      expect(end.reason !== null).toBe(end.state === 'attention')
      if (end.state === 'awaiting-receipt') expect(end.uploadUrl).not.toBeNull()
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('promise 2: from wherever a history left it, an item still becomes synced once it is asked for and answered', () => {
  fc.assert(
    fc.property(kind, history, (ofKind, changes) => {
      const stuck = changes.reduce(outboxStep, row({ kind: ofKind }))
      const healing: OutboxChange[] = [{ type: 'interrupted' }, { type: 'requested' }, { type: 'attempted' }]
      const sending = healing.reduce(outboxStep, stuck)
      expect(['uploading', 'awaiting-receipt', 'synced']).toContain(sending.state)
      expect(outboxStep(sending, { type: 'receipt', receiptId: 'q', sha256: hash('a') }).state).toBe('synced')
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('an interruption keeps the upload, a lost upload begins anew, and too many of those ask for a person', () => {
  const uploading = row({ state: 'uploading', uploadUrl: 'https://s/u/1', bytesSent: 400 })
  expect(outboxStep(uploading, { type: 'interrupted' })).toMatchObject({
    state: 'queued',
    uploadUrl: 'https://s/u/1',
    bytesSent: 400,
  })
  const lost: OutboxChange = { type: 'upload-lost', code: 'hash_mismatch', retryAt: 99, attemptsAllowed: 2 }
  const once = outboxStep(uploading, lost)
  expect(once).toMatchObject({ state: 'queued', uploadUrl: null, bytesSent: 0, attempts: 1, nextAttemptAt: 99 })
  expect(outboxStep(once, lost)).toMatchObject({ state: 'attention', reason: 'hash_mismatch' })
})

test('a late refusal does not undo a receipt; only the server that forgot does', () => {
  const synced = row({ state: 'synced', receiptId: 'q', uploadUrl: 'https://s/u/1' })
  expect(outboxStep(synced, { type: 'refused', code: 'x' })).toBe(synced)
  expect(outboxStep(synced, { type: 'forgotten' })).toMatchObject({ state: 'awaiting-receipt', receiptId: null })
  expect(outboxStep({ ...synced, uploadUrl: null }, { type: 'forgotten' })).toMatchObject({
    state: 'queued',
    receiptId: null,
  })
})
