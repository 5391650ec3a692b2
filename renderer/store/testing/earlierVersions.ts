import { Dexie } from 'dexie'

/** What each version of the database's schema added, as that version's own code said it; kept here and never changed. */
const ADDED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  1: {
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
  },
  2: { participantKeys: 'participantId', tombstones: 'participantId' },
  3: { identities: 'participantId, recordIndex', protocols: 'version' },
  4: { lock: 'name' },
  5: { modelParts: '[sha256+start], sha256' },
  6: { outbox: 'id, state, sequence, encounterId, [state+sequence], [kind+state+sequence]' },
  7: { typedLabels: 'encounterId' },
  8: { pinned: 'name' },
}

/** Every version before the one of this app. */
export const EARLIER_VERSIONS: readonly number[] = Object.keys(ADDED).map(Number).slice(0, -1)

/** The newest version that is kept here: whoever adds one adds it here, too. */
export const NEWEST_KEPT = Math.max(...Object.keys(ADDED).map(Number))

/** Opens the database as the app of `version` did, and closes it again. */
export async function bringToVersion(name: string, version: number): Promise<void> {
  const db = new Dexie(name, { chromeTransactionDurability: 'strict' })
  for (let each = 1; each <= version; each += 1) db.version(each).stores(ADDED[each] ?? {})
  await db.open()
  db.close()
}
