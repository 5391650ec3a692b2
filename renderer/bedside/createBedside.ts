import { watchContact } from '../device/contactWatch.ts'
import { createDeviceService } from '../device/deviceService.ts'
import { eraseDevice } from '../device/eraseDevice.ts'
import { createEncounterService } from '../encounter/encounterService.ts'
import { createOperatorMemory } from '../encounter/operator.ts'
import { createLockService } from '../lock/lockService.ts'
import type { ModelChange, ShadowScore } from '@spira/shared/protocol/events.ts'
import { createModelService } from '../models/modelService.ts'
import { createSpeechListener, type SpeechListener } from '../models/speechListener.ts'
import { version } from '../package.json'
import { createLookup } from '../participants/lookup.ts'
import { createParticipantService } from '../participants/participantService.ts'
import { createProtocolService } from '../protocol/protocolService.ts'
import { createRecorderService } from '../recording/recorderService.ts'
import { watchRecordings } from '../recording/runningRecordings.ts'
import { requestPersistence } from '../recording/storageRoom.ts'
import { watchCopies } from '../recording/copyWatch.ts'
import { watchStorage } from '../recording/storageWatch.ts'
import { guardRecordings } from '../shell/guardRecordings.ts'
import { openChosenFile, saveChosenFile } from '../shell/chosenFiles.ts'
import type { ShellBridge } from '../shell/bridge.ts'
import { valueOf } from '../shell/shellBridge.ts'
import { createOpener } from '../store/opener.ts'
import { resealByParticipant } from '../store/reseal.ts'
import type { Store } from '../store/store.ts'
import { watchQuery } from '../store/watchQuery.ts'
import { createCarryService } from '../sync/carryService.ts'
import { createCarryOut } from '../sync/carryOut.ts'
import { OF_THE_DEVICE, prepareOutbox } from '../sync/outbox.ts'
import { createSyncService } from '../sync/syncService.ts'
import { createWithdrawalService } from '../withdrawal/withdrawalService.ts'
import type { Bedside } from './bedside.ts'
import { surface } from './live.ts'

export type RunningBedside = Bedside & { dispose(): Promise<void> }

/** Starts everything that works on this device's data: once, when the app starts or is unlocked. */
export async function createBedside(store: Store, bridge: ShellBridge | null): Promise<RunningBedside> {
  const opener = createOpener(store.keys)
  const device = await createDeviceService({ store, appVersion: version })

  async function recordModelChange(payload: ModelChange): Promise<void> {
    const rows = await prepareOutbox(store, [
      { kind: 'event', encounterId: OF_THE_DEVICE, participantId: null, type: 'model.changed', payload },
    ])
    await store.db.outbox.bulkAdd([...rows])
    sync.wake()
  }
  async function recordShadowScore(payload: ShadowScore): Promise<void> {
    const recording = await store.db.recordings.get(payload.recordingId)
    const encounter = recording === undefined ? undefined : await store.db.encounters.get(recording.encounterId)
    // Withdrawn meanwhile.
    if (encounter === undefined) return
    const { id: encounterId, participantId } = encounter
    const rows = await prepareOutbox(store, [
      { kind: 'event', encounterId, participantId, type: 'model.shadowed', payload },
    ])
    await store.db.outbox.bulkAdd([...rows])
    sync.wake()
  }
  const bundledUrl = `${import.meta.env.BASE_URL}models/bundled/`
  const models = createModelService({
    store,
    device: device.state,
    bundledUrl,
    recordModelChange,
    recordShadowScore,
  })
  let listener: SpeechListener | null = null
  const speech = (): SpeechListener => (listener ??= createSpeechListener())
  const unwatched = createRecorderService({
    store,
    opener,
    activeInference: models.activeInference,
    speech,
    wakeSync: () => sync.wake(),
  })
  const { recorder, isRecording } = watchRecordings(unwatched)
  const protocol = await createProtocolService({ store, device })
  const carryOut = createCarryOut({
    store,
    opener,
    checkForModel: () => void models.checkNow().catch(surface),
    checkForProtocol: () => void protocol.refresh().catch(surface),
  })
  const sync = createSyncService({
    store,
    device,
    readAudio: recorder.audio,
    carryOut,
    async revoked() {
      // Nothing of what is in memory may go on.
      await eraseDevice(store, 'erased-revoked', Date.now()).finally(() => location.reload())
    },
  })
  const carry = createCarryService({
    store,
    device,
    readAudio: recorder.audio,
    save: saveChosenFile,
    open: openChosenFile,
  })
  const withdrawals = createWithdrawalService({ store, opener, wakeSync: sync.wake })
  // Erased in another tab: what this one remembers of them goes too.
  const unwatchTombstones = watchQuery(() => store.db.tombstones.toCollection().primaryKeys(), {
    next(participantIds) {
      for (const participantId of participantIds) {
        store.keys.forget(participantId)
        opener.forget(participantId)
      }
    },
    error: surface,
  })
  const lookup = createLookup(store)
  const encounters = createEncounterService({ store, opener, device, protocol, lookup, wakeSync: sync.wake })
  const lock = await createLockService({
    store,
    optional: bridge !== null,
    keptKey: async () => (bridge === null || store.copies === null ? null : valueOf(await bridge.loadKey())),
    isBusy: () => isRecording() || sync.state.get().phase === 'sending',
    // Nothing of what is in memory stays: the page begins anew, locked.
    lock: () => location.reload(),
  })
  // Rows say themselves which key they open with: the app works meanwhile, and the next start goes on where this one ended.
  resealByParticipant(store).catch(surface)
  // Refused or not, the app works; only the browser's promise to keep the data differs.
  requestPersistence().catch(() => undefined)
  const storage = watchStorage(store.db)
  const copies = watchCopies(store)
  const contact = watchContact(store, { isBusy: isRecording, erased: () => location.reload() })
  return {
    device,
    encounters,
    participants: createParticipantService(store, opener, lookup),
    protocol,
    recorder: bridge === null ? recorder : guardRecordings(recorder, bridge),
    sync,
    models,
    withdrawals,
    lock,
    carry,
    storage: storage.state,
    missingCopies: copies.missing,
    outOfContact: contact.state,
    operator: await createOperatorMemory(store),
    async dispose() {
      lock.dispose()
      storage.stop()
      copies.stop()
      contact.stop()
      unwatchTombstones()
      models.dispose()
      listener?.dispose()
      protocol.dispose()
      await sync.dispose()
      store.db.close()
    },
  }
}
