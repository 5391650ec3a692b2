import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import type { DeviceClient } from '@spira/shared/protocol/deviceClient.ts'
import { type ErrorCode, SpiraError } from '@spira/shared/protocol/errors.ts'
import { type DeviceEvent, MAX_EVENTS_PER_BATCH } from '@spira/shared/protocol/events.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import type { OutboxRow } from '../store/database.ts'
import { unsealJson } from '../store/envelope.ts'
import { outboxPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { retryDelayMs, type SyncLimits } from './limits.ts'
import type { OutboxChange } from './outboxStep.ts'
import { nextAudio, nextEvents, reopenEncounter, SERVER_FORGOT, type Transition, transition } from './outboxQueue.ts'
import { tusOverFetch, type UploadFetch } from './tusOverFetch.ts'
import { uploadAudio, type Uploaded } from './uploadAudio.ts'

export interface SyncPass {
  readonly store: Store
  readonly client: DeviceClient
  readonly fetch: UploadFetch
  readonly readAudio: (recordingId: string) => Promise<Blob>
  readonly now: () => number
  readonly random: () => number
  readonly limits: SyncLimits
  readonly signal: AbortSignal
  /** How long to wait after so many bytes in so many milliseconds, for the bandwidth limit. */
  readonly pace: (bytes: number, elapsedMs: number) => number
}

/** Refusals of the device as a whole: no item is to blame, and sending another would not help. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set<ErrorCode>([
  'protocol_unsupported',
  'device_unknown',
  'device_revoked',
  'challenge_invalid',
  'signature_invalid',
  'token_invalid',
  'rate_limited',
])

/** Refusals of an item that may heal: by an item that is still to come, by starting its upload anew, or by waiting. */
const MAY_HEAL: ReadonlySet<string> = new Set<ErrorCode>([
  'reference_unknown',
  'recording_unknown',
  'upload_incomplete',
  'internal',
])
/** The server will take it later, however often it says no: no person could do anything about it. */
const WAITS: ReadonlySet<string> = new Set<ErrorCode>(['uploads_pending'])
const NEEDS_NEW_UPLOAD: ReadonlySet<string> = new Set<ErrorCode>(['upload_unknown', 'hash_mismatch'])

/**
 * Sends what is due, events by sequence and then audio, until nothing is. A refusal of one item never stops the others.
 *
 * @throws what concerns all of them: SyncError, or SpiraError of OF_THE_DEVICE. Every row is then as far as it came.
 */
export async function sendWhatIsDue(pass: SyncPass): Promise<void> {
  const { db } = pass.store
  while (!pass.signal.aborted) {
    const events = await nextEvents(db, pass.now(), MAX_EVENTS_PER_BATCH, pass.limits.batchBytes)
    if (events.length > 0) {
      await sendEvents(pass, events)
      continue
    }
    const audio = await nextAudio(db, pass.now())
    if (audio === null) return
    await sendAudio(pass, audio)
  }
}

async function sendEvents(pass: SyncPass, rows: readonly OutboxRow[]): Promise<void> {
  const { store, client } = pass
  const { events, damaged } = await unsealEvents(store, rows)
  await transition(
    store.db,
    damaged.map((id) => ({ id, change: { type: 'refused', code: 'local_data_damaged' } })),
  )
  if (events.length === 0) return
  const all = (change: OutboxChange): readonly Transition[] => events.map(({ id }) => ({ id, change }))
  await transition(store.db, all({ type: 'attempted' }))
  try {
    const { receiptId, filed, rejected } = await client.sendEvents(events)
    const receipts = filed.map(({ id, sha256 }): Transition => ({ id, change: { type: 'receipt', receiptId, sha256 } }))
    await transition(store.db, receipts, pass.now())
    await transition(
      store.db,
      rejected.map(({ id, code }) => ({ id, change: itemChange(pass, rowOf(rows, id), code) })),
    )
    for (const { id, code } of rejected)
      if (SERVER_FORGOT.has(code)) await reopenEncounter(store.db, rowOf(rows, id).encounterId)
    // Neither filed nor rejected: a server that skips an item is asked again, later and not for ever.
    const answered = new Set([...filed, ...rejected].map(({ id }) => id))
    const skipped = rows.filter((row) => events.some(({ id }) => id === row.id) && !answered.has(row.id))
    await transition(
      store.db,
      skipped.map((row) => ({ id: row.id, change: itemChange(pass, row, 'internal') })),
    )
  } catch (error) {
    await transition(store.db, all({ type: 'interrupted' }))
    const code = itemRefusal(error)
    if (code === null) throw error
    // The batch was refused whole: halve it until the one that is to blame stands alone.
    const [only] = rows
    if (only !== undefined && rows.length === 1) {
      await transition(store.db, [{ id: only.id, change: { type: 'refused', code } }])
      return
    }
    const middle = Math.ceil(rows.length / 2)
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) await sendEvents(pass, half)
  }
}

async function sendAudio(pass: SyncPass, row: OutboxRow): Promise<void> {
  const { store, client } = pass
  const mark = (change: OutboxChange, receiptAt?: number): Promise<void> =>
    transition(store.db, [{ id: row.id, change }], receiptAt)
  try {
    // What is at the server alone is not sent again: it is asked for its receipt.
    const isThere = row.state === 'awaiting-receipt' || (await isAtServerAlone(pass, row))
    const begun = row.uploadUrl === null ? null : { uploadUrl: row.uploadUrl, receipt: null }
    const uploaded = isThere && begun !== null ? begun : await upload(pass, row).catch(unlessFiled(begun))
    if (uploaded === null) return
    const body = { uploadId: uploadIdOf(uploaded.uploadUrl), sha256: row.sha256 }
    const receipt = await client.finalise(row.id, body, uploaded.receipt)
    await mark({ type: 'receipt', receiptId: receipt.receiptId, sha256: row.sha256 }, pass.now())
    // The server has it for sure. A copy that stays for now goes at the next start.
    await store.copies?.remove(row.id).catch(() => undefined)
  } catch (error) {
    await mark({ type: 'interrupted' })
    const code = itemRefusal(error)
    if (code === null) throw error
    await mark(itemChange(pass, row, code))
    if (SERVER_FORGOT.has(code)) await reopenEncounter(store.db, row.encounterId)
  }
}

/**
 * An upload that the server has no more may have been filed, and the answer that said so lost: the server is asked for the receipt before
 * a byte is sent again, and refuses the upload's name where it was not.
 */
const unlessFiled =
  (begun: Uploaded | null) =>
  (error: unknown): Uploaded => {
    if (begun !== null && error instanceof SpiraError && error.code === 'upload_unknown') return begun
    throw error
  }

/** Its audio was removed here after a receipt, to make room. */
const isAtServerAlone = async ({ store: { db } }: SyncPass, { id }: OutboxRow): Promise<boolean> =>
  (await db.recordings.get(id))?.audio === 'at-server'

/** The recording's audio; null where not all of it can be read. */
async function readWhole({ readAudio }: SyncPass, { id, byteLength }: OutboxRow): Promise<Blob | null> {
  const audio = await readAudio(id).catch(() => null)
  return audio?.size === byteLength ? audio : null
}

/** The same after what the second copy has was put back. */
async function readMended(pass: SyncPass, row: OutboxRow): Promise<Blob | null> {
  const { copies } = pass.store
  if (copies === null) return null
  await copies.mend(row.id).catch(() => undefined)
  return readWhole(pass, row)
}

/** @returns the upload that has every byte; null when this device's own audio is not what was saved. */
async function upload(pass: SyncPass, row: OutboxRow): Promise<Uploaded | null> {
  const { store, client, fetch, limits, signal, now } = pass
  const mark = (change: OutboxChange): Promise<void> => transition(store.db, [{ id: row.id, change }])
  const audio = (await readWhole(pass, row)) ?? (await readMended(pass, row))
  if (audio === null) {
    const code = (await isAtServerAlone(pass, row)) ? 'audio_at_server_alone' : 'local_data_damaged'
    await mark({ type: 'refused', code })
    return null
  }
  await mark({ type: 'attempted' })
  const begun = now()
  let first: number | null = null
  const { authenticate, serverUrl } = client
  const uploaded = await uploadAudio({
    recordingId: row.id,
    sha256: row.sha256,
    audio,
    uploadUrl: row.uploadUrl,
    endpoint: `${serverUrl}${DEVICE_API}/uploads`,
    httpStack: tusOverFetch({ fetch, timeoutMs: limits.uploadTimeoutMs, authenticate }),
    chunkBytes: limits.uploadChunkBytes,
    onCreated: (created) => mark({ type: 'upload-created', uploadUrl: created }),
    async onAccepted(bytes) {
      await mark({ type: 'bytes-accepted', bytes })
      // The first answer tells where an earlier attempt had stopped.
      first ??= Math.max(0, bytes - limits.uploadChunkBytes)
      await sleep(pass.pace(bytes - first, now() - begun), signal)
    },
    signal,
  })
  await mark({ type: 'upload-complete' })
  return uploaded
}

/** Ends early when the signal does. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

/** @returns the code when the server refused what was sent to it; null when the failure is not the item's. */
function itemRefusal(error: unknown): string | null {
  if (error instanceof SpiraError) return OF_THE_DEVICE.has(error.code) ? null : error.code
  return error instanceof SyncError && error.code === 'refusal_unknown' ? error.code : null
}

/** What a refusal means for the item it names. */
function itemChange({ now, random, limits }: SyncPass, row: OutboxRow, code: string): OutboxChange {
  const retry = {
    code,
    retryAt: now() + retryDelayMs(row.attempts + 1, random(), limits),
    attemptsAllowed: limits.itemAttempts,
  }
  if (NEEDS_NEW_UPLOAD.has(code)) return { type: 'upload-lost', ...retry }
  if (WAITS.has(code)) return { type: 'postponed', ...retry, attemptsAllowed: Infinity }
  return MAY_HEAL.has(code) ? { type: 'postponed', ...retry } : { type: 'refused', code }
}

async function unsealEvents(
  { keys }: Store,
  rows: readonly OutboxRow[],
): Promise<{ readonly events: readonly DeviceEvent[]; readonly damaged: readonly string[] }> {
  const events: DeviceEvent[] = []
  const damaged: string[] = []
  for (const { id, sealed } of rows) {
    const event =
      sealed === null ? null : await unsealJson<DeviceEvent>(keys, outboxPlace(id), sealed).catch(() => null)
    if (event === null) damaged.push(id)
    else events.push(event)
  }
  return { events, damaged }
}

const uploadIdOf = (uploadUrl: string): string =>
  decodeURIComponent(new URL(uploadUrl).pathname.split('/').at(-1) ?? '')

function rowOf(rows: readonly OutboxRow[], id: string): OutboxRow {
  const row = rows.find((candidate) => candidate.id === id)
  if (row === undefined) throw new Error('the client passes on answers to what was sent alone')
  return row
}
