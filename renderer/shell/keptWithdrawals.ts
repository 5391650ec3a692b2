import { type DeviceEvent, deviceEventSchema } from '@spira/shared/protocol/events.ts'
import type { SpiraDatabase } from '../store/database.ts'
import { type OpeningKeys, type Sealed, unsealJson } from '../store/envelope.ts'
import { createOpener } from '../store/opener.ts'
import { outboxPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { OF_THE_DEVICE, prepareOutbox } from '../sync/outbox.ts'
import { eraseParticipant } from '../withdrawal/eraseParticipant.ts'
import type { ShellBridge } from './bridge.ts'
import { ownerless } from './copyPort.ts'
import { valueOf } from './shellBridge.ts'

type Withdrawn = Extract<DeviceEvent, { type: 'participant.withdrawn' }>

/**
 * Carries out anew what the shell kept of withdrawals that the browser's database has lost, before its recordings come back: the
 * participant stays erased, and the server is told, by whichever device this one is enrolled as then. What does not open is left.
 *
 * @returns how many.
 */
export async function rebuildWithdrawals(store: Store, bridge: ShellBridge): Promise<number> {
  const { db, keys } = store
  let rebuilt = 0
  for (const { id, sealed } of valueOf(await bridge.listWithdrawals())) {
    if ((await db.outbox.get(id)) !== undefined) continue
    const event = await openWithdrawal(keys, id, sealed)
    if (event === null) continue
    const { participantId, withdrawnAt } = event.payload
    // Told by the server meanwhile, or rebuilt by a start that was cut off: the outbox has it, or need not.
    if ((await db.tombstones.get(participantId)) === undefined) {
      const { type, payload } = event
      const outboxRows = await prepareOutbox(store, [
        { kind: 'event', encounterId: OF_THE_DEVICE, participantId: null, type, payload },
      ])
      for (const row of outboxRows) await store.copies?.keepWithdrawal(row)
      const at = Date.parse(withdrawnAt)
      await eraseParticipant(store, createOpener(keys), { participantId, withdrawnAt: at, outboxRows })
      rebuilt += 1
    }
    valueOf(await bridge.removeWithdrawal({ id }))
  }
  return rebuilt
}

/** The shell holds exactly the withdrawals that have no receipt: what it could not keep at once is kept now, what has one goes. */
export async function settleWithdrawals(db: SpiraDatabase, bridge: ShellBridge, keys: OpeningKeys): Promise<void> {
  const kept = new Set(valueOf(await bridge.listWithdrawals()).map(({ id }) => id))
  for (const { id, state, kind, sealed } of await db.outbox.where('encounterId').equals(OF_THE_DEVICE).toArray()) {
    if (state === 'synced' && kept.has(id)) valueOf(await bridge.removeWithdrawal({ id }))
    if (state === 'synced' || kept.has(id) || kind !== 'event' || sealed === null) continue
    if ((await openWithdrawal(keys, id, sealed)) !== null)
      valueOf(await bridge.keepWithdrawal({ id, sealed: ownerless(sealed) }))
  }
}

/** @returns null for what does not open, or is another event. */
async function openWithdrawal(keys: OpeningKeys, id: string, sealed: Sealed): Promise<Withdrawn | null> {
  const event = deviceEventSchema.safeParse(await unsealJson(keys, outboxPlace(id), sealed).catch(() => null))
  return event.success && event.data.type === 'participant.withdrawn' ? event.data : null
}
