import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { createDeviceService } from '../../../renderer/device/deviceService.ts'
import { createOpener } from '../../../renderer/store/opener.ts'
import { openStore } from '../../../renderer/store/store.ts'
import { createCarryOut } from '../../../renderer/sync/carryOut.ts'
import { prepareOutbox } from '../../../renderer/sync/outbox.ts'
import { createSyncService } from '../../../renderer/sync/syncService.ts'
import { sampleEncounter } from '../../../renderer/sync/testing/sampleEncounter.ts'

/** A device's store and outbox as the bedside app runs them, without its views: driven by bench/drainQueue.ts. */
export interface DrainPage {
  /** Enrols, and queues so many encounters with a recording each, as a device does that is offline for weeks. @returns items queued. */
  queue(server: { readonly url: string; readonly code: string }, encounters: number, seconds: number): Promise<number>
  /** Sends until every item has its receipt. @returns milliseconds. @throws when an item needs a person. */
  drain(): Promise<number>
}

const store = await openStore('drain')
const device = await createDeviceService({ store, appVersion: 'bench' })
/** The number of each recording, from which its sound is made again. */
const numbers = new Map<string, number>()
let secondsEach = 0

/** Each of its own: the server files equal audio once. */
const wavOf = (number: number): Uint8Array<ArrayBuffer> => {
  const tone = Float32Array.from(
    { length: secondsEach * 16_000 },
    (_, at) => 0.3 * Math.sin(at * (0.02 + number * 1e-4)),
  )
  return encodeWav(floatToPcm16(tone), 16_000)
}

const page: DrainPage = {
  async queue({ url, code }, encounters, seconds) {
    secondsEach = seconds
    await device.enrol({ serverUrl: url, code, deviceName: 'bench' })
    const state = device.state.get()
    if (state.status !== 'enrolled') throw new Error('not enrolled')
    for (let number = 0; number < encounters; number += 1) {
      const sample = await sampleEncounter(state.site.id, wavOf(number))
      await store.db.outbox.bulkAdd([...(await prepareOutbox(store, sample.items))])
      numbers.set(sample.recordingId, number)
    }
    return store.db.outbox.count()
  },

  async drain() {
    const items = await store.db.outbox.count()
    const begun = performance.now()
    const sync = createSyncService({
      store,
      device,
      carryOut: createCarryOut({
        store,
        opener: createOpener(store.keys),
        checkForModel: () => undefined,
        checkForProtocol: () => undefined,
      }),
      revoked: () => Promise.reject(new Error('nobody revoked it')),
      readAudio: async (id) => new Blob([wavOf(numbers.get(id) ?? 0)]),
    })
    await new Promise<void>((resolve, reject) => {
      const unsubscribe = sync.state.subscribe(() => {
        const { synced, attention } = sync.state.get()
        const [first] = attention
        if (first === undefined && synced < items) return
        unsubscribe()
        if (first === undefined) resolve()
        else reject(new Error(`${attention.length} items need a person: ${first.reason}`))
      })
    })
    const ms = performance.now() - begun
    await sync.dispose()
    return ms
  },
}
Object.assign(globalThis, { drain: page })
