import 'fake-indexeddb/auto'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { createDeviceClient } from '@spira/shared/protocol/deviceClient.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { SyncState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import { eraseDevice } from '../device/eraseDevice.ts'
import type { EnrolledDevice } from '../device/deviceService.ts'
import type { OutboxRow } from '../store/database.ts'
import { createOpener } from '../store/opener.ts'
import { openStore, type Store } from '../store/store.ts'
import { secondCopies } from '../store/testing/secondCopies.ts'
import { createCarryOut } from './carryOut.ts'
import { encounterSync, prepareOutbox } from './outbox.ts'
import { reopenAll } from './outboxQueue.ts'
import { createSyncService, type OutboxSync } from './syncService.ts'
import { createDeviceApiDouble, type DeviceApiDouble, type Fault } from './testing/deviceApiDouble.ts'
import { sampleEncounter, type SampleEncounter } from './testing/sampleEncounter.ts'

const quick = { retryBaseMs: 1, retryCapMs: 4, itemAttempts: 60, uploadChunkBytes: 700 }
const SERVER = 'https://spira.test'
const open: { dispose(): Promise<void> }[] = []
afterEach(async () => {
  for (const service of open.splice(0)) await service.dispose()
})

function enrolled(api: DeviceApiDouble): Pick<EnrolledDevice, 'state' | 'client'> {
  const { identity, fetch } = api
  const client = createDeviceClient({ serverUrl: SERVER, fetch, identity })
  const site = { id: newId(), name: 'Ward' }
  const state = createLive({
    status: 'enrolled' as const,
    deviceId: identity.deviceId,
    deviceName: 'Tablet',
    site,
    serverUrl: SERVER,
  })
  return { state, client: () => client }
}

function startSync(api: DeviceApiDouble, store: Store, samples: readonly SampleEncounter[], limits = {}): OutboxSync {
  const service = createSyncService({
    store,
    device: enrolled(api),
    fetch: api.fetch,
    carryOut: createCarryOut({
      store,
      opener: createOpener(store.keys),
      checkForModel: () => undefined,
      checkForProtocol: () => undefined,
    }),
    revoked: () => eraseDevice(store, 'erased-revoked', Date.now()),
    limits: { ...quick, ...limits },
    readAudio: async (id) =>
      samples.find(({ recordingId }) => recordingId === id)?.audio ?? Promise.reject(new Error('no audio')),
  })
  open.push(service)
  return service
}

const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, index) => index % 251)

async function save(store: Store, sample: SampleEncounter): Promise<readonly OutboxRow[]> {
  const rows = await prepareOutbox(store, sample.items)
  await store.db.outbox.bulkAdd([...rows])
  return rows
}

/** Fails with the last state seen, which says more than a time-out. */
function until({ state }: OutboxSync, holds: (state: SyncState) => boolean): Promise<SyncState> {
  return new Promise((resolve, reject) => {
    const stop = setTimeout(() => reject(new Error(`still ${JSON.stringify(state.get())}`)), 20_000)
    const look = (): void => {
      if (!holds(state.get())) return
      clearTimeout(stop)
      unsubscribe()
      resolve(state.get())
    }
    const unsubscribe = state.subscribe(look)
    look()
  })
}

async function setUp(): Promise<{ api: DeviceApiDouble; store: Store; sample: SampleEncounter }> {
  const [api, store, sample] = await Promise.all([
    createDeviceApiDouble(),
    openStore(newId()),
    sampleEncounter(newId(), bytes(2044)),
  ])
  return { api, store, sample }
}

test('sends events in order and then the audio, and shows what is on disk', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const state = await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
  expect(state).toMatchObject({ waiting: 0, sending: 0, bytesWaiting: 0, attention: [], refusal: null })
  expect(state.lastReceiptAt).not.toBeNull()
  expect(encounterSync(await store.db.outbox.toArray())).toBe('synced')
  const paths = api.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)?.slice(0, 9)}`)
  expect(paths.slice(0, 5)).toEqual(['GET health', 'POST challenge', 'POST token', 'POST events', 'POST uploads'])
  expect(api.requests.filter(({ method }) => method === 'PATCH').map(({ bodyBytes }) => bodyBytes)).toEqual([
    700, 700, 644,
  ])
  expect(paths.slice(-2)).toEqual([expect.stringMatching(/^PATCH /), 'GET changes'])
})

test('an older server, whose answer to the last byte has no receipt, is asked for it', async () => {
  const { api, store, sample } = await setUp()
  api.receiptsWithLastByte = false
  await save(store, sample)
  await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
  expect(api.requests.slice(-2).map(({ path }) => path.split('/').at(-1))).toEqual(['finalise', 'changes'])
})

test('promise 2: an upload whose last answer was lost is not sent again: its receipt is asked for', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  // Health, challenge, token, events, creation, two chunks.
  api.faults.push(...Array.from({ length: 7 }, (): Fault => 'none'), 'lost-reply')
  await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
  const sent = api.requests.filter(({ method }) => method === 'PATCH').map(({ bodyBytes }) => bodyBytes)
  expect(sent).toEqual([700, 700, 644])
  expect(api.requests.filter(({ path }) => path.endsWith('/uploads'))).toHaveLength(1)
  expect(api.requests.filter(({ path }) => path.endsWith('/finalise'))).toHaveLength(1)
})

test('two saves at once get different sequences, also across connections', async () => {
  const { store, sample } = await setUp()
  const other = await sampleEncounter(newId(), bytes(444))
  const second = await openStore(store.db.name)
  const rows = (await Promise.all([prepareOutbox(store, sample.items), prepareOutbox(second, other.items)])).flat()
  const sequences = rows.filter(({ kind }) => kind === 'event').map(({ sequence }) => sequence)
  expect([...sequences].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
})

test('a payload that is not of the protocol is refused before it is saved', async () => {
  const { store, sample } = await setUp()
  const [first] = sample.items
  if (first?.kind !== 'event' || first.type !== 'participant.registered') throw new Error('the sample begins otherwise')
  await expect(
    prepareOutbox(store, [{ ...first, payload: { ...first.payload, code: 'Maria Silva' } }]),
  ).rejects.toThrow(/pseudonym/)
})

test('promise 2: a captive portal that answers 200 syncs nothing, and the app says so', async () => {
  for (const fault of ['portal', 'redirect'] as const) {
    const { api, store, sample } = await setUp()
    await save(store, sample)
    api.faults.push(...Array.from({ length: 100 }, () => fault))
    const service = startSync(api, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
    const state = await until(service, ({ phase, waiting }) => phase === 'not-the-server' && waiting === 4)
    expect(state).toMatchObject({ synced: 0, attention: [], lastReceiptAt: null })
    expect(state.nextAttemptAt).not.toBeNull()
    api.faults.length = 0
    await service.sendNow()
    await until(service, ({ synced, phase }) => synced === 4 && phase === 'idle')
    expect(api.filed.size).toBe(5)
  }
})

test('promise 2: a portal that cuts in at any later request syncs nothing that the server has not filed', async () => {
  for (let at = 0; at < 9; at += 1) {
    const { api, store, sample } = await setUp()
    await save(store, sample)
    api.faults.push(...Array.from({ length: at }, (): Fault => 'none'), 'portal')
    const service = startSync(api, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
    await until(service, ({ phase }) => phase === 'not-the-server')
    await expectSyncedIsFiled(api, store)
    await service.sendNow()
    await until(service, ({ synced }) => synced === 4)
  }
})

test('promise 2: a forged receipt is not believed, for events or for audio', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  api.faults.push('none', 'none', 'none', 'forged')
  const service = startSync(api, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
  expect(await until(service, ({ phase }) => phase === 'not-the-server')).toMatchObject({ synced: 0 })
  // Health, events, creation, two chunks, the last one with the receipt of the recording, which is then asked for.
  api.faults.push(...Array.from({ length: 5 }, (): Fault => 'none'), 'forged', 'forged')
  await service.sendNow()
  await until(service, ({ phase, synced }) => phase === 'not-the-server' && synced === 3)
  expect(await store.db.outbox.get(sample.recordingId)).toMatchObject({ state: 'awaiting-receipt', receiptId: null })
  await service.sendNow()
  await until(service, ({ synced }) => synced === 4)
})

test('promise 2: whatever fails, and wherever the app is killed, everything is filed once and nothing is called synced before', async () => {
  const fault = fc.constantFrom<Fault>(
    'none',
    'none',
    'none',
    'no-connection',
    'lost-reply',
    'half-body',
    'portal',
    'server-error',
    'forged',
    'crash',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 3, maxLength: 25 }), fc.boolean(), async (faults, older) => {
      const { api, store: first, sample } = await setUp()
      let store = first
      await save(store, sample)
      api.receiptsWithLastByte = !older
      api.faults.push(...faults)
      let crashed = Promise.withResolvers<void>()
      api.onCrash = () => {
        // Nothing is written any more, as after kill -9; what the disk has is what the next start finds.
        store.db.close()
        crashed.resolve()
      }
      for (;;) {
        const service = startSync(api, store, [sample])
        const outcome = await Promise.race([
          crashed.promise.then(() => 'crashed'),
          until(service, ({ synced }) => synced === 4).then(() => 'synced'),
        ])
        await service.dispose()
        if (outcome === 'synced') break
        crashed = Promise.withResolvers<void>()
        store = await openStore(store.db.name)
        await expectSyncedIsFiled(api, store)
      }
      await expectSyncedIsFiled(api, store)
      expect(encounterSync(await store.db.outbox.toArray())).toBe('synced')
      expect(api.filed.size).toBe(5)
      store.db.close()
    }),
    { seed: 20261123, numRuns: 40 },
  )
})

test('promise 2: several encounters, requests dropped, doubled, delayed, overtaken and truncated, the app killed anywhere: exactly once, right participant, right order', async () => {
  const fault = fc.constantFrom<Fault>(
    ...(['none', 'none', 'none', 'no-connection', 'lost-reply', 'half-body', 'late', 'slow'] as const),
    ...(['portal', 'server-error', 'forged', 'crash'] as const),
  )
  const model = fc.record({
    faults: fc.array(fault, { minLength: 5, maxLength: 40 }),
    sizes: fc.array(fc.integer({ min: 60, max: 3000 }), { minLength: 2, maxLength: 4 }),
    receiptsWithLastByte: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(model, async ({ faults, sizes, receiptsWithLastByte }) => {
      const api = await createDeviceApiDouble()
      api.receiptsWithLastByte = receiptsWithLastByte
      let store = await openStore(newId())
      const samples = await Promise.all(sizes.map((size) => sampleEncounter(newId(), bytes(44 + 2 * size))))
      for (const sample of samples) await save(store, sample)
      const items = 4 * samples.length
      api.faults.push(...faults)
      let crashed = Promise.withResolvers<void>()
      api.onCrash = () => {
        store.db.close()
        crashed.resolve()
      }
      for (;;) {
        const service = startSync(api, store, samples)
        const outcome = await Promise.race([
          crashed.promise.then(() => 'crashed'),
          until(service, ({ synced }) => synced === items).then(() => 'synced'),
        ])
        await service.dispose()
        if (outcome === 'synced') break
        crashed = Promise.withResolvers<void>()
        store = await openStore(store.db.name)
        await expectSyncedIsFiled(api, store, items)
      }
      // Exactly once: the double throws when an id is filed with other content, and keeps each id once.
      expect(new Set(api.filedEvents.map(({ id }) => id)).size).toBe(api.filedEvents.length)
      expect(api.filedEvents).toHaveLength(3 * samples.length)
      const sequences = api.filedEvents.map(({ sequence }) => sequence)
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
      for (const { encounterId, participantId, recordingId, audio } of samples) {
        const saved = api.filedEvents.find(
          ({ type, payload }) => type === 'recording.saved' && payload.id === recordingId,
        )
        expect(saved?.payload).toMatchObject({ encounterId, participantId })
        expect(api.filed.get(recordingId)).toBe(await sha256Hex(await audio.arrayBuffer()))
      }
      store.db.close()
    }),
    { seed: 20261125, numRuns: 12 },
  )
}, 120_000)

test('a refused event needs a person and blocks nothing else; sending it again can heal it', async () => {
  const { api, store, sample } = await setUp()
  const rows = await save(store, sample)
  const refused = rows[1]
  if (refused === undefined) throw new Error('the sample has an encounter')
  api.refusals.set(refused.id, 'participant_of_other_site')
  const service = startSync(api, store, [sample])
  const state = await until(service, ({ synced, phase }) => synced === 3 && phase === 'attention')
  expect(state.attention).toEqual([{ id: refused.id, kind: 'event', reason: 'participant_of_other_site' }])
  expect(encounterSync(await store.db.outbox.toArray())).toBe('attention')
  await service.sendNow()
  await until(service, ({ synced, phase }) => synced === 4 && phase === 'idle')
})

test('audio that arrived damaged, or whose upload expired, is sent anew', async () => {
  for (const code of ['hash_mismatch', 'upload_unknown', 'upload_incomplete'] as const) {
    const { api, store, sample } = await setUp()
    await save(store, sample)
    api.refusals.set(sample.recordingId, code)
    await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
    const creations = api.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/uploads')).length
    expect(creations).toBe(code === 'upload_incomplete' ? 1 : 2)
  }
})

test('an unfinished upload that the server no longer has begins anew', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  // Health, challenge, token, events, creation, one chunk, and then the connection breaks.
  api.faults.push(...Array.from({ length: 6 }, (): Fault => 'none'), 'half-body')
  const service = startSync(api, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
  await until(service, ({ phase, synced }) => phase === 'unreachable' && synced === 3)
  expect(await store.db.outbox.get(sample.recordingId)).toMatchObject({ state: 'queued', bytesSent: 700 })
  api.loseUploads()
  await service.sendNow()
  await service.sendNow()
  await until(service, ({ synced }) => synced === 4)
})

test('an item that was postponed by a clock which has been set back since does not wait for that time', async () => {
  const { api, store, sample } = await setUp()
  const [first] = await save(store, sample)
  await store.db.outbox.update(first?.id ?? '', { nextAttemptAt: Date.parse('2031-01-01') })
  await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
})

test('a server restored from an old backup gets its records again', async () => {
  const { api, store, sample } = await setUp()
  const rows = await save(store, sample)
  await until(startSync(api, store, [sample]), ({ synced }) => synced === 4)
  api.forget([...api.filed.keys()])
  const later = await prepareOutbox(store, [
    {
      kind: 'event',
      encounterId: sample.encounterId,
      participantId: null,
      type: 'label.given',
      payload: {
        id: newId(),
        encounterId: sample.encounterId,
        value: 'absent',
        establishedBy: 'clinical',
        givenBy: 'N-1',
        givenAt: '2026-11-23T09:00:00.000Z',
      },
    },
  ])
  const [label] = later
  if (label === undefined) throw new Error('one item, one row')
  api.refusals.set(label.id, 'reference_unknown')
  await store.db.outbox.bulkAdd([...later])
  const [service] = open
  await (service as OutboxSync).sendNow()
  await until(service as OutboxSync, ({ synced }) => synced === 5)
  expect(rows.every(({ id }) => api.filed.has(id))).toBe(true)
})

test('promise 2: another epoch of the server puts all that was synced back to be sent; the first one seen, and none, change nothing', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const service = startSync(api, store, [sample])
  await until(service, ({ synced }) => synced === 4)
  const posts = () => api.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/events')).length
  const contact = async (): Promise<void> => {
    await store.db.marks.put({ name: 'last-contact-at', value: 0 })
    service.wake()
    await expect.poll(async () => (await store.db.marks.get('last-contact-at'))?.value).toBeGreaterThan(0)
  }
  await contact()
  api.epoch = crypto.randomUUID()
  await contact()
  await contact()
  api.epoch = undefined
  await contact()
  expect([posts(), service.state.get().synced]).toEqual([1, 4])

  api.epoch = crypto.randomUUID()
  api.forget([...api.filed.keys()])
  api.loseUploads()
  const counts = new Set<number>()
  service.state.subscribe(() => counts.add(service.state.get().synced))
  await contact()
  // Shown after the contact was noted.
  await expect.poll(() => [...counts]).toContain(0)
  await until(service, ({ synced, phase }) => synced === 4 && phase === 'idle')
  expect([posts(), [...api.filed.keys()]]).toEqual([2, expect.arrayContaining([sample.recordingId])])
  // Once for each epoch.
  await contact()
  expect(posts()).toBe(2)
})

test('audio that is not here any more is shown by itself when a restored server asks for it; all else is sent again', async () => {
  const { api, store, sample } = await setUp()
  api.epoch = crypto.randomUUID()
  await save(store, sample)
  const samples = [sample]
  const service = startSync(api, store, samples)
  await until(service, ({ synced, phase }) => synced === 4 && phase === 'idle')
  await expect.poll(() => store.db.settings.get('changes-cursor')).toBeDefined()
  api.epoch = crypto.randomUUID()
  api.forget([...api.filed.keys()])
  api.loseUploads()
  samples.pop()
  const other = await sampleEncounter(newId(), bytes(3044))
  samples.push(other)
  await save(store, other)
  await store.db.marks.put({ name: 'last-contact-at', value: 0 })
  service.wake()
  const { attention } = await until(service, (state) => state.attention.length === 1 && state.synced === 7)
  expect(attention).toEqual([{ id: sample.recordingId, kind: 'audio', reason: 'local_data_damaged' }])
})

/** Sends only on the network of the ward, is elsewhere now, and has four items to send. */
async function awayFromItsNetwork(heldMs: number) {
  const { api, store, sample } = await setUp()
  api.network = 'the ward'
  const service = startSync(api, store, [sample], { heldMs })
  await service.changeSettings({ ...service.settings.get(), network: 'this' })
  api.network = 'a café'
  await save(store, sample)
  return { api, store, service }
}

test('only on the network it was chosen on: elsewhere it waits and says when it looks again; back there it sends by itself', async () => {
  const { api, service } = await awayFromItsNetwork(100)
  service.wake()
  const held = await until(service, ({ phase, waiting }) => phase === 'held' && waiting === 4)
  expect(held).toMatchObject({ synced: 0, sending: 0, attention: [], refusal: null })
  expect(held.nextAttemptAt).not.toBeNull()
  // Chosen anew in passing, it stays the ward's.
  await service.changeSettings({ ...service.settings.get(), bytesPerSecond: 64_000 })
  await until(service, ({ phase }) => phase === 'held')
  expect(api.filed.size).toBe(0)
  api.network = 'the ward'
  await until(service, ({ phase, synced }) => phase === 'idle' && synced === 4)
})

test('send now, which a person asks for, sends on any network, and then waits again', async () => {
  const { store, service } = await awayFromItsNetwork(60_000)
  service.wake()
  await until(service, ({ phase }) => phase === 'held')
  await service.sendNow()
  await until(service, ({ synced }) => synced === 4)
  await store.db.outbox.bulkAdd([...(await prepareOutbox(store, (await sampleEncounter(newId(), bytes(46))).items))])
  service.wake()
  expect(await until(service, ({ phase }) => phase === 'held')).toMatchObject({ waiting: 4 })
})

test('send now that fails is asked for again: what is tried by itself afterwards keeps to the network', async () => {
  const { api, service } = await awayFromItsNetwork(60_000)
  api.faults.push('no-connection')
  await service.sendNow()
  expect(await until(service, ({ phase }) => phase === 'held')).toMatchObject({ waiting: 4, synced: 0 })
})

test('how sending may use the network is known after a restart, before anything is due, and another setting leaves it', async () => {
  const { api, store, sample } = await setUp()
  api.network = 'the ward'
  const before = startSync(api, store, [sample])
  await before.changeSettings({ bytesPerSecond: null, network: 'this' })
  await before.dispose()
  await store.db.marks.put({ name: 'last-contact-at', value: Date.now() })
  const after = startSync(api, store, [sample])
  await expect.poll(() => after.settings.get()).toMatchObject({ network: 'this', networkMark: 'the ward' })
  api.network = 'a café'
  await after.changeSettings({ ...after.settings.get(), bytesPerSecond: 64_000 })
  expect(after.settings.get()).toEqual({ bytesPerSecond: 64_000, network: 'this', networkMark: 'the ward' })
})

test('a revoked device keeps everything and says why', async () => {
  const { api, store, sample } = await setUp()
  const [first] = await save(store, sample)
  if (first === undefined) throw new Error('the sample has events')
  const revoked = {
    ...api,
    fetch: async () => Response.json({ code: 'device_revoked', message: 'Revoked.' }, { status: 403 }),
  }
  const service = startSync(revoked, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
  expect(await until(service, ({ phase }) => phase === 'attention')).toMatchObject({
    refusal: 'device_revoked',
    waiting: 4,
    attention: [],
  })
})

test('a revoked device with the server’s signed order erases everything at its next contact, and says when', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  await store.keys.of(newId())
  api.revoked = true
  startSync(api, store, [sample])
  await expect.poll(async () => (await store.db.marks.get('erased-revoked'))?.value).toBeGreaterThan(0)
  for (const table of store.db.tables)
    expect([table.name, await table.count()]).toEqual([table.name, table.name === 'marks' ? 1 : 0])
})

test('promise 8: without anything to send, what the server has to tell still comes, page by page and after a loss again', async () => {
  const { api, store } = await setUp()
  const participantIds = [newId(), newId(), newId()]
  api.changes.push(
    ...participantIds.map((participantId) => ({
      type: 'participant.withdrawn' as const,
      participantId,
      withdrawnAt: '2026-11-25T08:00:00.000Z',
    })),
  )
  // Health, challenge, token, the first page; the second is lost.
  api.faults.push('none', 'none', 'none', 'none', 'lost-reply')
  startSync(api, store, [])
  await expect.poll(() => store.db.tombstones.count()).toBe(3)
  await expect.poll(async () => (await store.db.marks.get('last-contact-at'))?.value).toBeGreaterThan(0)
  expect(Math.abs((await store.db.marks.get('clock-skew'))?.value ?? Infinity)).toBeLessThan(5000)
  await expect(store.keys.of(participantIds[0] ?? '')).rejects.toMatchObject({ code: 'participant-withdrawn' })
})

test('promise 8: changes that another key signed erase nothing', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const [owned] = await store.db.outbox.filter(({ sealed }) => sealed !== null).toArray()
  api.changes.push({
    type: 'participant.withdrawn',
    participantId: owned?.sealed?.owner ?? '',
    withdrawnAt: '2026-11-25T08:00:00.000Z',
  })
  // Health, challenge, token, events, creation, three chunks, and a forged page.
  api.faults.push(...Array.from({ length: 8 }, (): Fault => 'none'), 'forged')
  const service = startSync(api, store, [sample], { retryBaseMs: 60_000, retryCapMs: 60_000 })
  await until(service, ({ phase }) => phase === 'not-the-server')
  expect([await store.db.outbox.count(), await store.db.tombstones.count()]).toEqual([4, 0])
  await service.sendNow()
  await expect.poll(() => store.db.tombstones.count()).toBe(1)
  expect(await store.db.outbox.filter(({ kind }) => kind === 'event').count()).toBe(0)
})

test('a server that has enough open uploads of this device is asked again, and nobody is bothered with it', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  api.tooManyUploads = 12
  const state = await until(
    startSync(api, store, [sample], { itemAttempts: 3 }),
    ({ synced, attention }) => synced === 4 || attention.length > 0,
  )
  expect(state).toMatchObject({ synced: 4, attention: [] })
  expect(api.tooManyUploads).toBe(0)
})

test('recorded audio that cannot be read is shown, not sent', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const state = await until(startSync(api, store, []), ({ attention }) => attention.length === 1)
  expect(state.attention).toEqual([{ id: sample.recordingId, kind: 'audio', reason: 'local_data_damaged' }])
})

test('audio that was removed after its receipt is asked for its receipt again, and said to be lost only when the server lost it', async () => {
  for (const lost of [false, true]) {
    const { api, store, sample } = await setUp()
    await save(store, sample)
    const first = startSync(api, store, [sample])
    await until(first, ({ synced }) => synced === 4)
    await first.dispose()
    const { recordingId: id, encounterId } = sample
    const sealed = { iv: new Uint8Array(12), data: new ArrayBuffer(0) }
    await store.db.recordings.add({ id, encounterId, state: 'kept', startedAt: 1, sealed, audio: 'at-server' })
    await reopenAll(store.db)
    if (lost) api.forget([id])
    const again = startSync(api, store, [])
    const state = await until(again, ({ synced, attention }) => synced === 4 || attention.length > 0)
    expect(state.attention).toEqual(lost ? [{ id, kind: 'audio', reason: 'audio_at_server_alone' }] : [])
    await again.dispose()
  }
})

/** The invariant of promise 2: what the device calls synced, the server holds, byte for byte. */
async function expectSyncedIsFiled(api: DeviceApiDouble, store: Store, items = 4): Promise<void> {
  const synced = await store.db.outbox.where('state').equals('synced').toArray()
  for (const { id, sha256 } of synced) expect(api.filed.get(id)).toBe(sha256)
  expect(await store.db.outbox.count()).toBe(items)
}

test('promise 1: audio that cannot be read is put together again from the second copy, and sent', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const readable: SampleEncounter[] = []
  const copies = secondCopies({
    mend: async () => void readable.push(sample),
  })
  await until(startSync(api, { ...store, copies }, readable), ({ phase, synced }) => phase === 'idle' && synced === 4)
})

test('promise 9: a copy that the shell does not remove keeps nothing else on a device that is erased', async () => {
  const { store, sample } = await setUp()
  await save(store, sample)
  await store.db.recordings.add({
    id: sample.recordingId,
    encounterId: newId(),
    state: 'kept',
    startedAt: 0,
    sealed: { iv: new Uint8Array(12), data: new ArrayBuffer(0) },
  })
  const copies = secondCopies({
    remove: () => Promise.reject(new Error('the shell does not answer')),
  })
  await expect(eraseDevice({ db: store.db, copies }, 'erased-revoked', 1)).rejects.toThrow('does not answer')
  expect(await Promise.all([store.db.outbox.count(), store.db.keys.count(), store.db.recordings.count()])).toEqual([
    0, 0, 0,
  ])
})

test('promise 1: the second copy of a recording goes with its receipt and not before, and a copy that stays stops nothing', async () => {
  const { api, store, sample } = await setUp()
  await save(store, sample)
  const stateAtRemoval: (string | undefined)[] = []
  const copies = secondCopies({
    async remove(recordingId) {
      stateAtRemoval.push((await store.db.outbox.get(recordingId))?.state)
      throw new Error('the shell does not answer')
    },
  })
  await until(startSync(api, { ...store, copies }, [sample]), ({ phase, synced }) => phase === 'idle' && synced === 4)
  expect(stateAtRemoval).toEqual(['synced'])
})
