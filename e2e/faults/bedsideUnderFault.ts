import 'fake-indexeddb/auto'
import words from '../../renderer/app/languages/en.json' with { type: 'json' }
import type { Expected, UnderFault } from './underFault.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { createDeviceService, type EnrolledDevice } from '../../renderer/device/deviceService.ts'
import { openStore, type Store } from '../../renderer/store/store.ts'
import { createOpener } from '../../renderer/store/opener.ts'
import { createCarryOut } from '../../renderer/sync/carryOut.ts'
import { prepareOutbox } from '../../renderer/sync/outbox.ts'
import { createSyncService, type OutboxSync } from '../../renderer/sync/syncService.ts'
import { badgeStateOf } from '../../renderer/sync/syncLook.ts'
import { sampleEncounter } from '../../renderer/sync/testing/sampleEncounter.ts'

const LIMITS = { retryBaseMs: 100, retryCapMs: 2000, uploadChunkBytes: 64 * 1024, timeoutMs: 5000 }

const sentenceOf = ({ state }: OutboxSync): string => words[`sync.phase.${badgeStateOf(state.get())}`]

/**
 * A bedside device: the product's own store, outbox and synchronisation. Its database is a stand-in of the browser's that lives as long as
 * this process, so a restart here is the app's, in the middle of whatever it does; a browser itself is killed in browserUnderFault.ts.
 */
export class BedsideUnderFault implements UnderFault {
  readonly kind = 'simulated'
  readonly #expected: Expected[] = []
  readonly #name = newId()
  readonly #audio = new Map<string, Blob>()
  #store: Store | null = null
  #device: EnrolledDevice | null = null
  #sync: OutboxSync | null = null
  #siteId = ''
  readonly #shown: string[] = []

  async enrol(serverUrl: string, code: string): Promise<void> {
    await this.#open()
    await this.#device?.enrol({ serverUrl, code, deviceName: `Cart ${this.#name.slice(-4)}` })
    const state = this.#device?.state.get()
    if (state?.status !== 'enrolled') throw new Error('not enrolled')
    this.#siteId = state.site.id
    this.#start()
  }

  async save(seconds: number): Promise<void> {
    const store = this.#store
    if (store === null) throw new Error('the app is not running')
    const pcm = new Int16Array(Math.round(seconds * 16_000))
    for (let at = 0; at < pcm.length; at += 32_000) crypto.getRandomValues(pcm.subarray(at, at + 32_000))
    const sample = await sampleEncounter(this.#siteId, encodeWav(pcm, 16_000))
    this.#audio.set(sample.recordingId, sample.audio)
    await store.db.outbox.bulkAdd([...(await prepareOutbox(store, sample.items))])
    for (const item of sample.items)
      if (item.kind === 'event' && item.type === 'recording.saved') {
        const { id: recordingId, encounterId, participantId, sha256 } = item.payload
        this.#expected.push({ recordingId, encounterId, participantId, sha256 })
      }
    this.#sync?.wake()
  }

  async restart(): Promise<void> {
    await this.#sync?.dispose()
    this.#store?.db.close()
    await this.#open()
    this.#start()
  }

  /** What it showed since it was asked last: it tries again twenty times as soon as the product, and shows a failure as briefly. */
  async said(): Promise<string> {
    const sync = this.#sync
    if (sync === null) return ''
    const shown = this.#shown.splice(0)
    return [...new Set([...shown, sentenceOf(sync)])].join('\n')
  }

  async expected(): Promise<readonly Expected[]> {
    return this.#expected
  }

  async unsent(): Promise<{ readonly waiting: number; readonly attention: readonly string[] }> {
    const rows = (await this.#store?.db.outbox.toArray()) ?? []
    return {
      waiting: rows.filter(({ state }) => state !== 'synced').length,
      attention: rows.flatMap(({ state, reason }) => (state === 'attention' ? [reason ?? 'unknown'] : [])),
    }
  }

  sendNow(): Promise<void> {
    return this.#sync?.sendNow() ?? Promise.resolve()
  }

  async close(): Promise<void> {
    await this.#sync?.dispose()
    this.#store?.db.close()
  }

  async #open(): Promise<void> {
    this.#store = await openStore(this.#name)
    this.#device = await createDeviceService({ store: this.#store, appVersion: '0.1.0' })
  }

  #start(): void {
    const [store, device] = [this.#store, this.#device]
    if (store === null || device === null) return
    this.#sync = createSyncService({
      store,
      device,
      limits: LIMITS,
      carryOut: createCarryOut({
        store,
        opener: createOpener(store.keys),
        checkForModel: () => undefined,
        checkForProtocol: () => undefined,
      }),
      revoked: () => Promise.reject(new Error('nobody revoked it')),
      readAudio: async (id) => this.#audio.get(id) ?? Promise.reject(new Error('no audio')),
    })
    const sync = this.#sync
    sync.state.subscribe(() => this.#shown.push(sentenceOf(sync)))
  }
}
