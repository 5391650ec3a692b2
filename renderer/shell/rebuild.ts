import type { ChunkRow, SpiraDatabase } from '../store/database.ts'
import { keysFrom, unwrapParticipantKey } from '../store/dataKeys.ts'
import { type OpeningKeys, type Sealed, unseal } from '../store/envelope.ts'
import { chunkPlace, encounterPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import type { JournalHeader, ShellBridge } from './bridge.ts'
import { valueOf } from './shellBridge.ts'

/**
 * Brings back what the browser's database has lost and the shell's journals hold: the recording comes back as one that was cut
 * off, in its encounter as it was when the recording began, and is offered to the person like any other. Copies whose receipt is
 * here, or whose participant withdrew, are removed: the app was ended before it could.
 *
 * @returns how many recordings came back. A copy that cannot be read or opened is left as it is.
 */
export async function rebuildFromShell(store: Store, bridge: ShellBridge): Promise<number> {
  const { db } = store
  let rebuilt = 0
  for (const recordingId of valueOf(await bridge.listJournals())) {
    const audio = await db.outbox.get(recordingId)
    if (audio?.state === 'synced') {
      valueOf(await bridge.removeJournal({ recordingId }))
      continue
    }
    if ((await db.recordings.get(recordingId)) !== undefined) continue
    const copy = await readCopy(bridge, recordingId)
    if (copy === null) continue
    // The app was ended between the withdrawal and the removal of its copies.
    if ((await db.tombstones.get(copy.header.encounter.participantId)) !== undefined) {
      valueOf(await bridge.removeJournal({ recordingId }))
      continue
    }
    if (!(await opens(store, copy.header))) continue
    await addBack(store, copy)
    rebuilt += 1
  }
  return rebuilt
}

/** Puts the copy's chunks in the place of those of a recording that are gone or do not open any more. */
export async function mendFromShell(
  { db, keys }: { readonly db: SpiraDatabase; readonly keys: OpeningKeys },
  bridge: ShellBridge,
  recordingId: string,
): Promise<void> {
  const copy = await readCopy(bridge, recordingId)
  const isReadable = async (chunk: ChunkRow | undefined): Promise<boolean> =>
    chunk !== undefined &&
    (await unseal(keys, chunkPlace(recordingId, chunk.index), chunk.sealed).then(
      () => true,
      () => false,
    ))
  for (const chunk of copy?.chunks ?? [])
    if (!(await isReadable(await db.chunks.get([recordingId, chunk.index]))) && (await isReadable(chunk)))
      await db.transaction('rw', db.recordings, db.chunks, async () => {
        // Withdrawn or discarded meanwhile: nothing comes back.
        if ((await db.recordings.get(recordingId)) !== undefined) await db.chunks.put(chunk)
      })
}

interface Copy {
  readonly header: JournalHeader
  readonly chunks: readonly ChunkRow[]
}

async function readCopy(bridge: ShellBridge, recordingId: string): Promise<Copy | null> {
  const chunks: ChunkRow[] = []
  let from = 0
  for (;;) {
    const reply = await bridge.readJournal({ recordingId, from })
    if (!reply.ok) return null
    const { header, next, chunks: page } = reply.value
    chunks.push(...page.map((chunk) => ({ recordingId, ...chunk })))
    if (next === null) return ownedCopy(header, chunks)
    from = next
  }
}

/** What is sealed says again whose it is: the copy says it once. */
function ownedCopy(header: JournalHeader, chunks: readonly ChunkRow[]): Copy {
  if (header.participantKey === undefined) return { header, chunks }
  const { recording, encounter } = header
  const owner = encounter.participantId
  const owned = (sealed: Sealed): Sealed => ({ ...sealed, owner })
  return {
    header: { ...header, recording: owned(recording), encounter: { ...encounter, sealed: owned(encounter.sealed) } },
    chunks: chunks.map((chunk) => ({ ...chunk, sealed: owned(chunk.sealed) })),
  }
}

/** By the key the database has of the participant, or where it has none, by the key in the copy. */
async function opens({ db, keys }: Store, header: JournalHeader): Promise<boolean> {
  const { recordingId, recording, participantKey, encounter } = header
  const { participantId } = encounter
  try {
    const known = (await db.participantKeys.get(participantId)) !== undefined
    const carried =
      participantKey === undefined || known
        ? keys
        : keysFrom([{ owner: participantId, key: await unwrapParticipantKey(keys, participantId, participantKey) }])
    await unseal(carried, recordingPlace(recordingId), recording)
    await unseal(carried, encounterPlace(encounter.id), encounter.sealed)
    return true
  } catch {
    return false
  }
}

function addBack({ db }: Store, { header, chunks }: Copy): Promise<void> {
  const { recordingId, startedAt, recording, participantKey, encounter } = header
  const { participantId } = encounter
  return db.transaction('rw', [db.participantKeys, db.encounters, db.recordings, db.chunks], async () => {
    if (participantKey !== undefined && (await db.participantKeys.get(participantId)) === undefined)
      await db.participantKeys.add({ participantId, sealed: participantKey })
    if ((await db.encounters.get(encounter.id)) === undefined) await db.encounters.add({ ...encounter, state: 'draft' })
    const row = {
      id: recordingId,
      encounterId: encounter.id,
      state: 'recording',
      startedAt,
      sealed: recording,
    } as const
    await db.recordings.add(row)
    await db.chunks.bulkPut([...chunks])
  })
}
