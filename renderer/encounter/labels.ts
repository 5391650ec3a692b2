import { newId } from '@spira/shared/protocol/ids.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import type { LabelRow } from '../store/database.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { labelPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { prepareOutbox } from '../sync/outbox.ts'
import { EncounterError } from './encounterError.ts'

export type LabelChoice = Pick<Label, 'value' | 'cause' | 'establishedBy' | 'givenBy'>

/**
 * Adds a label. Labels are never changed: a later one counts, the earlier stay. Of a draft it waits for the encounter to be
 * complete; of a complete encounter its event enters the outbox in the same transaction.
 */
export async function addLabel(store: Store, encounterId: string, choice: LabelChoice): Promise<void> {
  const { db } = store
  const key = await keyOfEncounter(store, encounterId)
  if (key === null) throw new EncounterError('encounter-unknown')
  const givenAt = Date.now()
  const label: Label = { id: newId(), encounterId, ...choice, givenAt: new Date(givenAt).toISOString() }
  const row: LabelRow = {
    id: label.id,
    encounterId,
    givenAt,
    sealed: await sealJson(key, labelPlace(label.id), label),
  }
  for (;;) {
    const state = (await db.encounters.get(encounterId))?.state
    if (state === undefined) throw new EncounterError('encounter-unknown')
    const outboxRows =
      state === 'complete'
        ? await prepareOutbox(store, [
            { kind: 'event', encounterId, participantId: key.owner, type: 'label.given', payload: label },
          ])
        : []
    const added = await db.transaction('rw', db.encounters, db.labels, db.outbox, async () => {
      if ((await db.encounters.get(encounterId))?.state !== state) return false
      await db.labels.add(row)
      await db.outbox.bulkAdd([...outboxRows])
      return true
    })
    if (added) return
  }
}

/** The one that counts first. Ids grow with time, so they decide within one millisecond. */
export async function openLabels(opener: Opener, rows: readonly LabelRow[]): Promise<readonly Label[]> {
  const newestFirst = rows.toSorted((a, b) => b.givenAt - a.givenAt || (a.id < b.id ? 1 : -1))
  return Promise.all(newestFirst.map(({ id, sealed }) => opener.open<Label>(labelPlace(id), sealed)))
}
