import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { unsealJson } from '../../store/envelope.ts'
import { outboxPlace } from '../../store/places.ts'
import type { Store } from '../../store/store.ts'

/** Every event that waits or was sent, opened, in the device's order. */
export async function outboxEvents({ db, keys }: Store): Promise<readonly DeviceEvent[]> {
  const rows = await db.outbox.orderBy('sequence').toArray()
  return Promise.all(
    rows.flatMap(({ id, sealed }) => (sealed === null ? [] : [unsealJson<DeviceEvent>(keys, outboxPlace(id), sealed)])),
  )
}
