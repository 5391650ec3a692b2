import 'fake-indexeddb/auto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { freePort, TestServer } from '../e2e/harness/server.ts'
import { createDeviceService } from '../renderer/device/deviceService.ts'
import { createOpener } from '../renderer/store/opener.ts'
import { openStore } from '../renderer/store/store.ts'
import { createCarryOut } from '../renderer/sync/carryOut.ts'
import { prepareOutbox } from '../renderer/sync/outbox.ts'
import { createSyncService } from '../renderer/sync/syncService.ts'
import { sampleEncounter, type SampleEncounter } from '../renderer/sync/testing/sampleEncounter.ts'

/**
 * A device that was offline for weeks: its queue of 500 encounters, each with a 5 s recording, drained into the real server process
 * over the loopback: events in batches, one upload after the other, a signed receipt for each. The device's database is in memory
 * (Node); what is measured is the protocol, the outbox and the server with its disk.
 */
const ENCOUNTERS = Number(process.env['SPIRA_BENCH_ENCOUNTERS'] ?? 500)
const SECONDS = 5

const folder = await mkdtemp(join(tmpdir(), 'spira-drain-'))
const server = new TestServer(join(folder, 'data'), await freePort())
try {
  await server.start()
  const store = await openStore('drain')
  const device = await createDeviceService({ store, appVersion: 'bench' })
  await device.enrol({ serverUrl: server.url, code: server.enrolmentCode('Bench', '--simulated'), deviceName: 'bench' })
  const state = device.state.get()
  if (state.status !== 'enrolled') throw new Error('not enrolled')

  const samples = new Map<string, SampleEncounter>()
  for (let number = 0; number < ENCOUNTERS; number += 1) {
    // Each of its own: the server files equal audio once.
    const tone = Float32Array.from({ length: SECONDS * 16_000 }, (_, at) => 0.3 * Math.sin(at * (0.02 + number * 1e-4)))
    const sample = await sampleEncounter(state.site.id, encodeWav(floatToPcm16(tone), 16_000))
    await store.db.outbox.bulkAdd([...(await prepareOutbox(store, sample.items))])
    samples.set(sample.recordingId, sample)
  }
  const items = await store.db.outbox.count()
  const bytes = ENCOUNTERS * (44 + SECONDS * 32_000)

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
    readAudio: async (id) => samples.get(id)?.audio ?? Promise.reject(new Error('no audio')),
  })
  await new Promise<void>((resolve) => {
    const unsubscribe = sync.state.subscribe(() => {
      if (sync.state.get().synced < items) return
      unsubscribe()
      resolve()
    })
  })
  const seconds = (performance.now() - begun) / 1000
  await sync.dispose()
  console.log(
    `${ENCOUNTERS} encounters (${items} items, ${(bytes / 1e6).toFixed(0)} MB of sound) drained in ${seconds.toFixed(1)} s: ` +
      `${(ENCOUNTERS / seconds).toFixed(1)} encounters/s, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s, every item with its receipt.`,
  )
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)
