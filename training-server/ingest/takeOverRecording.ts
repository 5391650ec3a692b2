import type { Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { AuthenticatedDevice } from '../fleet/requireDevice.ts'

/**
 * While no audio of a recording is filed, it is awaited from the device of its site that sent the very same recording.saved event last: one
 * that lost its database, or was enrolled anew, is another to the server and still has the audio. The caller has compared the events.
 */
export async function takeOverRecording(
  trx: Transaction<Database>,
  device: AuthenticatedDevice,
  recordingId: string,
): Promise<void> {
  await trx
    .updateTable('recordings')
    .set({ deviceId: device.id })
    .where('id', '=', recordingId)
    .where('deviceId', '!=', device.id)
    .where('filedAt', 'is', null)
    .execute()
}
