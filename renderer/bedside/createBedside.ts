import { createDeviceService } from '../device/deviceService.ts'
import { createEncounterService } from '../encounter/encounterService.ts'
import { version } from '../package.json'
import { createRecorderService } from '../recording/recorderService.ts'
import { requestPersistence } from '../recording/storageRoom.ts'
import { createOpener } from '../store/opener.ts'
import { openStore } from '../store/store.ts'
import { createSyncService } from '../sync/syncService.ts'
import type { Bedside } from './bedside.ts'
import { createBundledModels } from './bundledModels.ts'

export type RunningBedside = Bedside & { dispose(): Promise<void> }

/** Opens this device's data and starts everything that works on it: once, when the app starts. */
export async function createBedside(): Promise<RunningBedside> {
  const store = await openStore()
  const opener = createOpener(store.dataKey)
  const device = await createDeviceService({ store, appVersion: version })
  const models = await createBundledModels()
  const recorder = createRecorderService({ store, opener, activeInference: models.activeInference })
  const sync = createSyncService({ store, device, readAudio: recorder.audio })
  const encounters = createEncounterService({ store, opener, device, wakeSync: sync.wake })
  // Refused or not, the app works; only the browser's promise to keep the data differs.
  void requestPersistence().catch(() => undefined)
  return {
    device,
    encounters,
    recorder,
    sync,
    models,
    async dispose() {
      await sync.dispose()
      models.dispose()
      store.db.close()
    },
  }
}
