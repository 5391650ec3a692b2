import type { LocalIdentity } from '../bedside/bedside.ts'
import { EncounterError } from '../encounter/encounterError.ts'
import type { IdentityRow } from '../store/database.ts'
import { sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { identityPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import type { Lookup } from './lookup.ts'

/** What this device alone knows of a participant; null when that is nothing. */
export async function openIdentity(opener: Opener, row: IdentityRow | undefined): Promise<LocalIdentity | null> {
  return row === undefined ? null : opener.open<LocalIdentity>(identityPlace(row.participantId), row.sealed)
}

/**
 * Keeps initials and record number of a participant, sealed, on this device.
 *
 * @throws EncounterError `participant-known` when another participant has this record number: a duplicate is never made silently.
 */
export async function keepIdentity(
  store: Store,
  lookup: Lookup,
  participantId: string,
  identity: LocalIdentity,
): Promise<void> {
  const { db, keys } = store
  const recordIndex = identity.recordNumber === '' ? null : await lookup.indexOf(identity.recordNumber)
  const sealed = await sealJson(await keys.of(participantId), identityPlace(participantId), identity)
  await db.transaction('rw', db.identities, async () => {
    if (recordIndex !== null) {
      const others = await db.identities.where('recordIndex').equals(recordIndex).primaryKeys()
      if (others.some((id) => id !== participantId)) throw new EncounterError('participant-known')
    }
    await db.identities.put({ participantId, recordIndex, sealed })
  })
}
