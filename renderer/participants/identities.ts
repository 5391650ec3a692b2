import type { RecordNumberReading } from '@spira/shared/protocol/recordNumber.ts'
import type { LocalIdentity } from '../bedside/bedside.ts'
import type { IdentityRow } from '../store/database.ts'
import { sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { identityPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import type { Lookup } from './lookup.ts'

/** The first apps did not note the rule. */
type StoredIdentity = Omit<LocalIdentity, 'ruleId'> & Partial<Pick<LocalIdentity, 'ruleId'>>

/** What this device alone knows of a participant; null when that is nothing. */
export async function openIdentity(opener: Opener, row: IdentityRow | undefined): Promise<LocalIdentity | null> {
  if (row === undefined) return null
  const kept = await opener.open<StoredIdentity>(identityPlace(row.participantId), row.sealed)
  return { ...kept, ruleId: kept.ruleId ?? null }
}

/** `number`: null leaves the one that is kept as it is, and so do one that cannot be or asks, and one that another participant has. */
export interface IdentityChange {
  readonly initials: string
  readonly number: RecordNumberReading | null
}

/**
 * Keeps initials and record number of a participant, sealed, on this device. A duplicate is never made: a number that another participant
 * has stays theirs.
 *
 * @returns what is kept now.
 */
export async function keepIdentity(
  store: Store,
  opener: Opener,
  lookup: Lookup,
  participantId: string,
  { initials, number }: IdentityChange,
): Promise<LocalIdentity> {
  const { db, keys } = store
  const othersWith = async (index: string | null): Promise<boolean> =>
    index !== null &&
    (await db.identities.where('recordIndex').equals(index).primaryKeys()).some((id) => id !== participantId)
  for (;;) {
    const row = await db.identities.get(participantId)
    const before = await openIdentity(opener, row)
    const wanted = number?.status === 'ok' ? await lookup.indexOf(number.bare) : null
    const taken = await othersWith(wanted)
    const identity = { ...numberNow(before, taken ? null : number), initials }
    const recordIndex = identity.recordNumber === '' ? null : await lookup.indexOf(identity.recordNumber)
    const sealed = await sealJson(await keys.of(participantId), identityPlace(participantId), identity)
    const written = await db.transaction('rw', db.identities, async () => {
      // WebCrypto may not be awaited inside the transaction: another tab may have been quicker; then again.
      if ((await othersWith(wanted)) !== taken) return false
      if ((await db.identities.get(participantId))?.recordIndex !== row?.recordIndex) return false
      await db.identities.put({ participantId, recordIndex, sealed })
      return true
    })
    if (written) return identity
  }
}

function numberNow(
  before: LocalIdentity | null,
  number: RecordNumberReading | null,
): Pick<LocalIdentity, 'recordNumber' | 'ruleId'> {
  if (number?.status === 'ok') return { recordNumber: number.bare, ruleId: number.ruleId }
  if (number?.status === 'empty') return { recordNumber: '', ruleId: null }
  return { recordNumber: before?.recordNumber ?? '', ruleId: before?.ruleId ?? null }
}
