import type { Change } from '@spira/shared/protocol/changes.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import type { GivenLabel, TypedLabel } from '../bedside/bedside.ts'
import type { LabelRow, TypedLabelRow } from '../store/database.ts'
import { keyOfEncounter } from '../store/dataKeys.ts'
import { sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { labelPlace, typedLabelPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { prepareOutbox } from '../sync/outbox.ts'
import { EncounterError } from './encounterError.ts'

export type LabelChoice = Pick<Label, 'value' | 'cause' | 'establishedBy' | 'establishedOn' | 'givenBy'>

/**
 * Adds a label. Labels are never changed: a later one counts, the earlier stay. Of a draft it waits for the encounter to be
 * complete; of a complete encounter its event enters the outbox in the same transaction. What was typed of it is then no longer kept.
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
    const added = await db.transaction('rw', db.encounters, db.labels, db.typedLabels, db.outbox, async () => {
      if ((await db.encounters.get(encounterId))?.state !== state) return false
      await db.labels.add(row)
      await db.typedLabels.delete(encounterId)
      await db.outbox.bulkAdd([...outboxRows])
      return true
    })
    if (added) return
  }
}

/** Keeps what was typed of a label that is not given yet: on disk when it returns. */
export async function keepTypedLabel(store: Store, encounterId: string, typed: TypedLabel): Promise<void> {
  const { db } = store
  const key = await keyOfEncounter(store, encounterId)
  if (key === null) throw new EncounterError('encounter-unknown')
  const sealed = await sealJson(key, typedLabelPlace(encounterId), typed)
  await db.transaction('rw', db.encounters, db.typedLabels, async () => {
    if ((await db.encounters.get(encounterId)) === undefined) throw new EncounterError('encounter-unknown')
    await db.typedLabels.put({ encounterId, sealed })
  })
}

export const openTypedLabel = async (opener: Opener, row: TypedLabelRow | undefined): Promise<TypedLabel | null> =>
  row === undefined ? null : opener.open<TypedLabel>(typedLabelPlace(row.encounterId), row.sealed)

/**
 * A label as the server holds it, of this device or another: its place in the order of all devices is kept with it. Of an encounter
 * that is not on this device nothing is taken in.
 */
export async function takeLabel(store: Store, change: Extract<Change, { type: 'label.given' }>): Promise<void> {
  const { db } = store
  const { label, position, deviceId } = change
  const key = await keyOfEncounter(store, label.encounterId)
  if (key === null) return
  const sealed = await sealJson(key, labelPlace(label.id), label)
  await db.transaction('rw', db.encounters, db.labels, async () => {
    if ((await db.encounters.get(label.encounterId)) === undefined) return
    const own = await db.labels.get(label.id)
    if (own !== undefined) await db.labels.put({ ...own, position })
    else
      await db.labels.add({
        id: label.id,
        encounterId: label.encounterId,
        givenAt: Date.parse(label.givenAt),
        sealed,
        position,
        origin: deviceId === null ? 'console' : 'another-device',
      })
  })
}

const placeOf = ({ position = Number.MAX_SAFE_INTEGER }: LabelRow): number => position

/**
 * The one that counts first: this device's own that the server has not ordered yet, then the server's order. Ids grow with time, so they
 * decide within one millisecond.
 */
export async function openLabels(opener: Opener, rows: readonly LabelRow[]): Promise<readonly GivenLabel[]> {
  const newestFirst = rows.toSorted(
    (a, b) => placeOf(b) - placeOf(a) || b.givenAt - a.givenAt || (a.id < b.id ? 1 : -1),
  )
  return Promise.all(
    newestFirst.map(async ({ id, sealed, origin }): Promise<GivenLabel> => ({
      ...(await opener.open<Label>(labelPlace(id), sealed)),
      origin: origin ?? 'here',
    })),
  )
}
