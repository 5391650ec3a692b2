import type { SpiraDatabase } from './database.ts'
import { type DataKey, type OpeningKeys, seal, type Sealed, unseal } from './envelope.ts'
import { StoreError } from './storeError.ts'
import { participantKeyPlace } from './places.ts'

/** The participant withdrew, and their key was destroyed: what it sealed opens nowhere any more, copies of it included. */
export class KeyDestroyedError extends Error {
  override readonly name = 'KeyDestroyedError'
  readonly code = 'participant-withdrawn'
}

/**
 * The keys that everything on this device is sealed with. Each participant has one of their own, wrapped by the device's; what
 * destroys it destroys everything that was ever recorded of them (crypto-erasure).
 */
export interface DataKeys extends OpeningKeys {
  /** Seals settings, and what the device tells of itself. */
  readonly device: DataKey
  /**
   * The participant's key, made and kept on first use.
   *
   * @throws KeyDestroyedError for one who withdrew.
   */
  of(participantId: string): Promise<DataKey>
  /** The participant's key is gone from the database: it goes from memory too. */
  forget(participantId: string): void
  /** From now on the device's key is another, which already wraps every participant's. */
  replaceDevice(key: CryptoKey, generation: string): void
}

/** @param generation names the device's key where a PIN wraps it; see LockRow. */
export function createDataKeys(db: SpiraDatabase, deviceKey: CryptoKey, generation: string | null): DataKeys {
  let current = generation
  let device: DataKey = { owner: null, key: deviceKey }
  const known = new Map<string, Promise<CryptoKey>>()

  const unwrap = (participantId: string, sealed: Sealed): Promise<CryptoKey> =>
    unwrapParticipantKey(keysFrom([device]), participantId, sealed)

  async function read(participantId: string): Promise<CryptoKey | null> {
    const row = await db.participantKeys.get(participantId)
    return row === undefined ? null : unwrap(participantId, row.sealed)
  }

  async function readOrMake(participantId: string): Promise<CryptoKey> {
    const existing = await read(participantId)
    if (existing !== null) return existing
    const raw = crypto.getRandomValues(new Uint8Array(32))
    const fresh = await seal(device, participantKeyPlace(participantId), raw)
    // Another tab may have made one meanwhile, or the participant may have withdrawn.
    const sealed = await db.transaction('rw', db.participantKeys, db.tombstones, db.lock, async () => {
      // Wrapped by a key that another window has replaced, it could never be opened again.
      if (((await db.lock.get('pin'))?.generation ?? null) !== current) throw new StoreError('locked')
      if ((await db.tombstones.get(participantId)) !== undefined) throw new KeyDestroyedError()
      const row = await db.participantKeys.get(participantId)
      if (row !== undefined) return row.sealed
      await db.participantKeys.add({ participantId, sealed: fresh })
      return fresh
    })
    return sealed === fresh ? importDataKey(raw) : unwrap(participantId, sealed)
  }

  function remember(participantId: string, key: Promise<CryptoKey>): Promise<CryptoKey> {
    known.set(participantId, key)
    key.catch(() => known.delete(participantId))
    return key
  }

  return {
    get device() {
      return device
    },
    async of(participantId) {
      const key = await (known.get(participantId) ?? remember(participantId, readOrMake(participantId)))
      return { owner: participantId, key }
    },
    opening({ owner }) {
      if (owner === undefined) return Promise.resolve(device.key)
      const orDestroyed = async (): Promise<CryptoKey> => {
        const key = await read(owner)
        if (key === null) throw new KeyDestroyedError()
        return key
      }
      return known.get(owner) ?? remember(owner, orDestroyed())
    },
    forget: (participantId) => void known.delete(participantId),
    replaceDevice(key, next) {
      device = { owner: null, key }
      current = next
    },
  }
}

/** @throws OperationError when it was wrapped by another device key. */
export async function unwrapParticipantKey(
  keys: OpeningKeys,
  participantId: string,
  sealed: Sealed,
): Promise<CryptoKey> {
  return importDataKey(new Uint8Array(await unseal(keys, participantKeyPlace(participantId), sealed)))
}

/** Only these keys, for a worker that is given what its task needs and no more. */
export function keysFrom(keys: readonly DataKey[]): OpeningKeys {
  return {
    async opening({ owner }) {
      const found = keys.find((key) => key.owner === (owner ?? null))
      if (found === undefined) throw new KeyDestroyedError()
      return found.key
    },
  }
}

/** The key of an encounter's participant; null when there is no such encounter. */
export async function keyOfEncounter(
  { db, keys }: { readonly db: SpiraDatabase; readonly keys: DataKeys },
  encounterId: string,
): Promise<DataKey | null> {
  const row = await db.encounters.get(encounterId)
  return row === undefined ? null : keys.of(row.participantId)
}

/** A key that script can use and never read; the raw bytes are wiped. */
export async function importDataKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
  raw.fill(0)
  return key
}
