import type { Enrolment } from '@spira/shared/protocol/deviceApi.ts'
import { Dexie, type EntityTable, type Table } from 'dexie'
import type { Sealed } from './envelope.ts'
import { StoreError } from './storeError.ts'

/**
 * The device's own database. What could tell something about a person lies in `sealed` (AES-GCM, see envelope.ts); beside it
 * only ids, states and times, which queries need. Strict durability: a transaction is done when it is on disk.
 */

/** `draft`: being filled in. `complete`: its events are in the outbox, nothing in it changes any more. */
export interface EncounterRow {
  readonly id: string
  readonly participantId: string
  readonly state: 'draft' | 'complete'
  readonly updatedAt: number
  /** EncounterDraft as JSON. */
  readonly sealed: Sealed
}

/**
 * `recording`: chunks are coming in; found at start, it was cut off and is offered back. `taken`: whole and on disk.
 * `kept`: part of a complete encounter, in the outbox. `rejected`: redone, kept marked as such.
 */
export interface RecordingRow {
  readonly id: string
  readonly encounterId: string
  readonly state: 'recording' | 'taken' | 'kept' | 'rejected'
  readonly startedAt: number
  /** RecordingDetails as JSON. */
  readonly sealed: Sealed
  /** Its chunks were removed to make room, after the receipt (makeRoom.ts); absent: they are here. */
  readonly audio?: 'at-server'
  /** The shell could not write its second copy, or not whole (shell/missingCopies.ts); absent: it is whole, or there is none on the web. */
  readonly copy?: 'missing'
}

/** One piece of the journal: at most one second of PCM16, 16 kHz mono. */
export interface ChunkRow {
  readonly recordingId: string
  readonly index: number
  readonly sealed: Sealed
}

export interface AssessmentRow {
  readonly id: string
  readonly recordingId: string
  readonly madeAt: number
  readonly sealed: Sealed
}

export interface LabelRow {
  readonly id: string
  readonly encounterId: string
  readonly givenAt: number
  readonly sealed: Sealed
  /** The server's order among the labels of all devices; absent until it is known. */
  readonly position?: number
  /** Where it was given; absent: here. */
  readonly origin?: 'another-device' | 'console'
}

export type OutboxState = 'queued' | 'uploading' | 'awaiting-receipt' | 'synced' | 'attention'

/** One thing the server does not have for sure. Only a receipt makes it `synced` (promise 2). */
export interface OutboxRow {
  /** Id of the event, or of the recording whose audio this is. */
  readonly id: string
  readonly kind: 'event' | 'audio'
  readonly encounterId: string
  /** Position in the device's log (events); the audio row carries its recording.saved event's sequence. */
  readonly sequence: number
  readonly state: OutboxState
  readonly attempts: number
  /** Epoch milliseconds before which it is not tried again. */
  readonly nextAttemptAt: number
  /** tus upload URL (audio), so that a restart resumes instead of starting over. */
  readonly uploadUrl: string | null
  readonly bytesSent: number
  readonly byteLength: number
  /** SHA-256 of the event's canonical JSON or of the WAV: what the receipt must name. */
  readonly sha256: string
  /** Why it needs a person, as an error code; never an identity. */
  readonly reason: string | null
  /** The event as JSON (kind `event`); null for audio, whose bytes are the journal's. */
  readonly sealed: Sealed | null
  readonly receiptId: string | null
}

/** What was typed of a label that is not given yet. */
export interface TypedLabelRow {
  readonly encounterId: string
  /** TypedLabel as JSON. */
  readonly sealed: Sealed
}

export interface SettingRow {
  readonly key: string
  readonly sealed: Sealed
}

/** A model version on this device. At most one `active`, at most one `previous` to go back to. */
export interface ModelRow {
  readonly modelId: string
  /** `shadow`: it scores silently beside the active one. */
  readonly role: 'active' | 'previous' | 'candidate' | 'shadow'
  readonly version: number
  readonly manifest: string
  readonly onnx: ArrayBuffer
  readonly golden: string
  readonly changedAt: number
}

/** What this device alone knows of a participant. */
export interface IdentityRow {
  readonly participantId: string
  /** Keyed hash of the record number (lookup.ts); null without one. */
  readonly recordIndex: string | null
  /** LocalIdentity as JSON, under the participant's key. */
  readonly sealed: Sealed
}

/** A version of the clinical protocol as JSON text. Nothing of anyone is in it. */
export interface ProtocolRow {
  readonly version: number
  readonly text: string
}

/** A piece of a model file that is still being fetched. */
export interface ModelPartRow {
  readonly sha256: string
  /** Where in the file it begins, bytes. */
  readonly start: number
  readonly part: ArrayBuffer
}

/** Trusted TUF metadata as its exact text, by role name. */
export interface TufRow {
  readonly role: string
  readonly text: string
}

/**
 * A high-water mark, by name: `event-sequence` (last one given out), `last-receipt-at` (epoch milliseconds),
 * `sealed-by-participant` (1 once nothing of a participant is sealed with the device's key any more; see reseal.ts),
 * `last-contact-at` (the server answered, and everything it had to tell was carried out), `clock-skew` (the server's clock minus this
 * device's, milliseconds), `erased-…` (when and why this device was erased), `erase-after-days` and `out-of-contact-…` (see
 * device/outOfContact.ts).
 */
export interface MarkRow {
  readonly name:
    | 'event-sequence'
    | 'last-receipt-at'
    | 'sealed-by-participant'
    | 'last-contact-at'
    | 'clock-skew'
    | 'erased-revoked'
    | 'erased-forgotten'
    | 'erased-out-of-contact'
    | 'erase-after-days'
    | 'out-of-contact-warnings'
    | 'out-of-contact-warned-at'
    | 'out-of-contact-running-ms'
    | 'out-of-contact-warned-running-ms'
  readonly value: number
}

/** The key that seals everything of one participant, itself sealed with the device's: 32 bytes. */
export interface ParticipantKeyRow {
  readonly participantId: string
  readonly sealed: Sealed
}

/**
 * What was agreed with the server, readable while the device is locked: enough to hear from it, and from nobody else, that the device was
 * revoked. No credential, and nothing of anyone.
 */
export interface PinnedServerRow {
  readonly name: 'server'
  readonly serverUrl: string
  readonly serverId: string
  readonly deviceId: string
  readonly receiptKey: Enrolment['receiptKey']
}

/** The participant withdrew: nothing of them is kept here, and nothing of them is taken in again. */
export interface TombstoneRow {
  readonly participantId: string
  /** Epoch milliseconds. */
  readonly withdrawnAt: number
}

export interface KeyRow {
  readonly name: string
  readonly key: CryptoKey | CryptoKeyPair
}

/** The device's key, wrapped by a key made from the PIN (lock/pinLock.ts). While there is one, no key lies in `keys`. */
export interface LockRow {
  readonly name: 'pin'
  readonly salt: Uint8Array<ArrayBuffer>
  readonly memoryKib: number
  readonly passes: number
  readonly sealed: Sealed
  /** Names the device's key: another means that every key in memory is out of date. */
  readonly generation: string
  readonly idleMinutes: number
  /** Wrong tries in a row, the one under way counted. */
  readonly failures: number
}

export class SpiraDatabase extends Dexie {
  declare readonly keys: EntityTable<KeyRow, 'name'>
  declare readonly settings: EntityTable<SettingRow, 'key'>
  declare readonly encounters: EntityTable<EncounterRow, 'id'>
  declare readonly recordings: EntityTable<RecordingRow, 'id'>
  declare readonly chunks: Table<ChunkRow, [string, number]>
  declare readonly assessments: EntityTable<AssessmentRow, 'id'>
  declare readonly labels: EntityTable<LabelRow, 'id'>
  declare readonly typedLabels: EntityTable<TypedLabelRow, 'encounterId'>
  declare readonly outbox: EntityTable<OutboxRow, 'id'>
  declare readonly models: EntityTable<ModelRow, 'modelId'>
  declare readonly modelParts: Table<ModelPartRow, [string, number]>
  declare readonly tuf: EntityTable<TufRow, 'role'>
  declare readonly marks: EntityTable<MarkRow, 'name'>
  declare readonly participantKeys: EntityTable<ParticipantKeyRow, 'participantId'>
  declare readonly tombstones: EntityTable<TombstoneRow, 'participantId'>
  declare readonly identities: EntityTable<IdentityRow, 'participantId'>
  declare readonly protocols: EntityTable<ProtocolRow, 'version'>
  declare readonly lock: EntityTable<LockRow, 'name'>
  declare readonly pinned: EntityTable<PinnedServerRow, 'name'>

  constructor(name = 'spira-edge') {
    // No cache of results: it would hold what a withdrawal erased, and rows that are sealed gain nothing by it.
    super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' })
    this.version(1).stores({
      keys: 'name',
      settings: 'key',
      encounters: 'id, state, updatedAt, participantId',
      recordings: 'id, encounterId, state',
      chunks: '[recordingId+index], recordingId',
      assessments: 'id, recordingId',
      labels: 'id, encounterId',
      outbox: 'id, state, sequence, encounterId, [state+sequence]',
      models: 'modelId, role',
      tuf: 'role',
      marks: 'name',
    })
    // What version 1 sealed with the device's key is sealed anew by reseal.ts: WebCrypto may not be awaited in an upgrade.
    this.version(2).stores({ participantKeys: 'participantId', tombstones: 'participantId' })
    this.version(3).stores({ identities: 'participantId, recordIndex', protocols: 'version' })
    this.version(4).stores({ lock: 'name' })
    this.version(5).stores({ modelParts: '[sha256+start], sha256' })
    // What is to be sent next is found without a look at all that waits.
    this.version(6).stores({ outbox: 'id, state, sequence, encounterId, [state+sequence], [kind+state+sequence]' })
    this.version(7).stores({ typedLabels: 'encounterId' })
    this.version(8).stores({ pinned: 'name' })
  }
}

/**
 * Opens the database, bringing it to this version.
 *
 * @throws StoreError `schema-newer` before anything is touched; Dexie itself would open it and write rows the newer version cannot
 *   read.
 */
export async function openDatabase(name?: string): Promise<SpiraDatabase> {
  const db = new SpiraDatabase(name)
  const onDisk = (await indexedDB.databases()).find((database) => database.name === db.name)?.version ?? 0
  // Dexie keeps its version times ten.
  if (onDisk / 10 > db.verno) throw new StoreError('schema-newer')
  await db.open()
  return db
}
