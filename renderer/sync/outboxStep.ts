import type { OutboxRow } from '../store/database.ts'

/**
 * Everything that can happen to an outbox row. `interrupted`: no answer, or the app was killed; nothing is known and nothing
 * lost. `postponed`: a refusal that may heal by itself. `refused`: one that will not. `forgotten`: the server says it does not
 * have what it once gave a receipt for (restored from a backup).
 */
export type OutboxChange =
  | { readonly type: 'attempted' }
  | { readonly type: 'upload-created'; readonly uploadUrl: string }
  | { readonly type: 'bytes-accepted'; readonly bytes: number }
  | { readonly type: 'upload-complete' }
  | { readonly type: 'receipt'; readonly receiptId: string; readonly sha256: string }
  | { readonly type: 'interrupted' }
  | { readonly type: 'postponed'; readonly code: string; readonly retryAt: number; readonly attemptsAllowed: number }
  | { readonly type: 'upload-lost'; readonly code: string; readonly retryAt: number; readonly attemptsAllowed: number }
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'forgotten' }
  | { readonly type: 'requested' }

/**
 * The one state machine of synchronising (promise 2): a row becomes `synced` by a receipt that names its very hash, and by
 * nothing else; it leaves `synced` only when the server says that it no longer has it. A change that makes no sense in a state
 * returns the row as it is: the answer came late, the row has moved on.
 */
export function outboxStep(row: OutboxRow, change: OutboxChange): OutboxRow {
  if (row.state === 'synced' && change.type !== 'forgotten') return row
  switch (change.type) {
    case 'attempted':
      return row.state === 'queued' ? { ...row, state: 'uploading' } : row
    case 'upload-created':
      if (row.state !== 'uploading' || row.kind !== 'audio' || row.uploadUrl === change.uploadUrl) return row
      return { ...row, uploadUrl: change.uploadUrl, bytesSent: 0 }
    case 'bytes-accepted':
      return row.state === 'uploading'
        ? { ...row, bytesSent: Math.max(0, Math.min(change.bytes, row.byteLength)) }
        : row
    case 'upload-complete':
      if (row.state !== 'uploading' || row.uploadUrl === null) return row
      return { ...row, state: 'awaiting-receipt', bytesSent: row.byteLength }
    case 'receipt':
      if (change.sha256 !== row.sha256) return row
      return { ...row, state: 'synced', receiptId: change.receiptId, bytesSent: row.byteLength, reason: null }
    case 'interrupted':
      return row.state === 'uploading' ? { ...row, state: 'queued' } : row
    case 'postponed':
      return row.state === 'attention' ? row : postponed(row, change)
    case 'upload-lost':
      if (row.state === 'attention') return row
      return { ...postponed(row, change), uploadUrl: null, bytesSent: 0 }
    case 'refused':
      return { ...row, state: 'attention', reason: change.code }
    case 'forgotten':
      if (row.state !== 'synced') return row
      // Audio asks for its receipt again first: the server may well have it still.
      return {
        ...row,
        state: row.uploadUrl === null ? 'queued' : 'awaiting-receipt',
        receiptId: null,
        attempts: 0,
        nextAttemptAt: 0,
      }
    case 'requested':
      if (row.state !== 'attention' && row.state !== 'queued') return row
      return { ...row, state: 'queued', attempts: 0, nextAttemptAt: 0, reason: null }
    default:
      return change satisfies never
  }
}

function postponed(
  row: OutboxRow,
  change: { readonly code: string; readonly retryAt: number; readonly attemptsAllowed: number },
): OutboxRow {
  const attempts = row.attempts + 1
  if (attempts >= change.attemptsAllowed) return { ...row, attempts, state: 'attention', reason: change.code }
  return { ...row, attempts, state: 'queued', nextAttemptAt: change.retryAt }
}
