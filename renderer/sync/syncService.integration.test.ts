import 'fake-indexeddb/auto'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finaliseReplySchema } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { RECEIPT_HEADER, receiptFromHeader, receiptToHeader } from '@spira/shared/protocol/receiptHeader.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { SyncState } from '../bedside/bedside.ts'
import { createDeviceService, type EnrolledDevice } from '../device/deviceService.ts'
import type { OutboxRow } from '../store/database.ts'
import { openStore, type Store } from '../store/store.ts'
import { createOpener } from '../store/opener.ts'
import { createCarryOut } from './carryOut.ts'
import { prepareOutbox } from './outbox.ts'
import { createSyncService, type OutboxSync } from './syncService.ts'
import { sampleEncounter, type SampleEncounter } from './testing/sampleEncounter.ts'
import { TrainingServerProcess } from './testing/trainingServerProcess.ts'

/** These tests prove promise 2 against the real server: its process, its PostgreSQL, its disk. */
const PATIENCE_MS = 120_000
const LONG_AGO = '2020-01-01T00:00:00.000Z'
const limits = { retryBaseMs: 50, retryCapMs: 400, uploadChunkBytes: 128 * 1024 }

type Send = (request: Request) => Promise<Response>
/** What lies between device and server in a test: nothing, unless a test puts something there. */
let network: (request: Request, send: Send) => Promise<Response> = (request, send) => send(request)
const wire: typeof fetch = (input, init) => network(new Request(input, init), (request) => fetch(request))

let server: TrainingServerProcess
let store: Store
let device: EnrolledDevice
let siteId: string
const audio = new Map<string, Blob>()
const running: OutboxSync[] = []

beforeAll(async () => {
  server = await TrainingServerProcess.start()
  store = await openStore(newId())
  device = await createDeviceService({ store, fetch: (url, init) => wire(url, init), appVersion: '0.1.0' })
  await device.enrol({ serverUrl: server.url, code: await server.enrolmentCode(), deviceName: 'Tablet' })
  const state = device.state.get()
  if (state.status !== 'enrolled') throw new Error('not enrolled')
  siteId = state.site.id
}, PATIENCE_MS)
afterEach(async () => {
  network = (request, send) => send(request)
  for (const sync of running.splice(0)) await sync.dispose()
})
afterAll(() => server.remove(), PATIENCE_MS)

/** An encounter whose recording lasts `seconds`: noise, so that no two are alike. */
async function saveEncounter(
  seconds: number,
): Promise<{ readonly sample: SampleEncounter; readonly rows: readonly OutboxRow[] }> {
  const pcm = new Int16Array(seconds * 16_000)
  for (let at = 0; at < pcm.length; at += 32_000) crypto.getRandomValues(pcm.subarray(at, at + 32_000))
  const sample = await sampleEncounter(siteId, encodeWav(pcm, 16_000))
  audio.set(sample.recordingId, sample.audio)
  const rows = await prepareOutbox(store, sample.items)
  await store.db.outbox.bulkAdd([...rows])
  return { sample, rows }
}

function startSync(): OutboxSync {
  const sync = createSyncService({
    store,
    device,
    fetch: wire,
    limits,
    carryOut: createCarryOut({
      store,
      opener: createOpener(store.keys),
      checkForModel: () => undefined,
      checkForProtocol: () => undefined,
    }),
    revoked: () => Promise.reject(new Error('nobody revoked it')),
    readAudio: async (id) => audio.get(id) ?? Promise.reject(new Error('no audio')),
  })
  running.push(sync)
  return sync
}

function until({ state }: OutboxSync, holds: (state: SyncState) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = setTimeout(() => reject(new Error(`still ${JSON.stringify(state.get())}`)), PATIENCE_MS - 5000)
    const look = (): void => {
      if (!holds(state.get())) return
      clearTimeout(stop)
      unsubscribe()
      resolve()
    }
    const unsubscribe = state.subscribe(look)
    look()
  })
}

const allSynced = ({ synced, waiting, sending, attention }: SyncState): boolean =>
  synced > 0 && waiting + sending + attention.length === 0

const statesOf = async (rows: readonly OutboxRow[]): Promise<readonly string[]> =>
  (await store.db.outbox.bulkGet(rows.map(({ id }) => id))).map((row) => row?.state ?? 'gone')

/** The server's own disk, read past the server. */
async function expectFiledOnce(sample: SampleEncounter): Promise<void> {
  const bytes = Buffer.from(await sample.audio.arrayBuffer())
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const files = await server.filesNamed(sha256)
  expect(files).toHaveLength(1)
  expect((await readFile(files[0] ?? '')).equals(bytes)).toBe(true)
}

test(
  'promise 2: kill -9 of the server in the middle of an upload: it goes on where it stopped, and is filed once',
  { timeout: PATIENCE_MS },
  async () => {
    const { sample, rows } = await saveEncounter(120)
    const { size } = sample.audio
    const sent: { readonly method: string; readonly bytes: number }[] = []
    let killed = Promise.resolve()
    let isKilled = false
    network = async (request, send) => {
      const body = await request.clone().blob()
      if (request.url.includes('/uploads')) sent.push({ method: request.method, bytes: body.size })
      const patched = sent.filter(({ method }) => method === 'PATCH').length
      const reply = send(request)
      // At about 40 %, with a chunk on its way.
      if (!isKilled && patched * limits.uploadChunkBytes > size * 0.4) {
        isKilled = true
        killed = server.kill()
      }
      return reply
    }
    const sync = startSync()
    await until(sync, ({ phase }) => phase === 'unreachable')
    await killed
    expect((await statesOf(rows)).at(-1)).toBe('queued')
    const stopped = await store.db.outbox.get(sample.recordingId)
    expect(stopped?.bytesSent).toBeGreaterThan(size * 0.3)
    await server.start()
    await until(sync, allSynced)

    expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(sent.filter(({ method }) => method === 'HEAD').length).toBeGreaterThanOrEqual(1)
    const bytesSent = sent.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(bytesSent).toBeLessThanOrEqual(size + 2 * limits.uploadChunkBytes)
    await expectFiledOnce(sample)
  },
)

test(
  'promise 2: a receipt that was lost with the answer to the last byte, and one that is asked for again, are the same, and no byte is sent twice',
  { timeout: PATIENCE_MS },
  async () => {
    const { sample, rows } = await saveEncounter(2)
    const lost: string[] = []
    let bytesSent = 0
    network = async (request, send) => {
      if (request.method === 'PATCH') bytesSent += (await request.clone().blob()).size
      const reply = await send(request)
      // First with the last byte, then where it is asked for.
      const signed = request.url.endsWith('/finalise')
        ? finaliseReplySchema.parse(await reply.clone().json()).receipt
        : receiptFromHeader(reply.headers.get(RECEIPT_HEADER))
      if (signed === null || lost.length > 1) return reply
      lost.push(signed.receipt.receiptId)
      throw new TypeError('fetch failed')
    }
    const sync = startSync()
    await until(sync, allSynced)
    const { receiptId, uploadUrl, sha256 } = (await store.db.outbox.get(sample.recordingId)) ?? {}
    expect(lost).toEqual([receiptId, receiptId])
    expect(bytesSent).toBe(sample.audio.size)
    const uploadId = uploadUrl?.split('/').at(-1) ?? ''
    const again = await device.client()?.finalise(sample.recordingId, { uploadId, sha256: sha256 ?? '' })
    expect(again?.receiptId).toBe(receiptId)
    expect(await statesOf(rows)).toEqual(['synced', 'synced', 'synced', 'synced'])
    await expectFiledOnce(sample)
  },
)

test('promise 2: batches that arrive twice are filed once', { timeout: PATIENCE_MS }, async () => {
  const { sample } = await saveEncounter(1)
  let repeated = 0
  network = async (request, send) => {
    if (request.url.endsWith('/events')) {
      await send(request.clone())
      repeated += 1
    }
    return send(request)
  }
  await until(startSync(), allSynced)
  expect(repeated).toBe(1)
  await expectFiledOnce(sample)
})

test(
  'promise 2: behind a captive portal nothing counts as sent, and everything is sent once it is gone',
  { timeout: PATIENCE_MS },
  async () => {
    const portal = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    )
    await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve))
    try {
      const { rows } = await saveEncounter(1)
      const address = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`
      network = (request, send) =>
        send(new Request(request.url.replace(server.url, address), { method: request.method }))
      const sync = startSync()
      await until(sync, ({ phase, nextAttemptAt }) => phase === 'not-the-server' && nextAttemptAt !== null)
      expect(await statesOf(rows)).toEqual(['queued', 'queued', 'queued', 'queued'])
      network = (request, send) => send(request)
      await until(sync, allSynced)
    } finally {
      portal.closeAllConnections()
      portal.close()
    }
  },
)

test('promise 2: a receipt that was tampered with on its way is not believed', { timeout: PATIENCE_MS }, async () => {
  const { rows } = await saveEncounter(1)
  const tampered = new Set<string>()
  network = async (request, send) => {
    const reply = await send(request)
    if (request.url.includes('/uploads')) {
      const given = receiptFromHeader(reply.headers.get(RECEIPT_HEADER))
      if (given === null) return reply
      const headers = new Headers(reply.headers)
      headers.set(RECEIPT_HEADER, receiptToHeader({ ...given, receipt: { ...given.receipt, issuedAt: LONG_AGO } }))
      return new Response(null, { status: reply.status, headers })
    }
    const kind = /\/(events|finalise)$/.exec(request.url)?.[1]
    if (kind === undefined || tampered.has(kind)) return reply
    tampered.add(kind)
    const body = (await reply.json()) as { receipt: { receipt: { issuedAt: string } } }
    body.receipt.receipt.issuedAt = LONG_AGO
    return Response.json(body)
  }
  const sync = startSync()
  const before: string[][] = []
  sync.state.subscribe(() => {
    const { phase, synced } = sync.state.get()
    if (phase === 'not-the-server') before.push([...tampered, String(synced)])
  })
  const syncedBefore = await store.db.outbox.where('state').equals('synced').count()
  await until(sync, allSynced)
  expect(before).toContainEqual(['events', String(syncedBefore)])
  expect(before).toContainEqual(['events', 'finalise', String(syncedBefore + 3)])
  expect(await statesOf(rows)).toEqual(['synced', 'synced', 'synced', 'synced'])
})

test(
  'promise 2: what is saved while the server is down waits, and goes when it is back, without anybody doing anything',
  { timeout: PATIENCE_MS },
  async () => {
    await server.stop()
    const sync = startSync()
    const { sample, rows } = await saveEncounter(3)
    sync.wake()
    await until(sync, ({ phase, waiting }) => phase === 'unreachable' && waiting === 4)
    await server.start()
    await until(sync, allSynced)
    expect(await statesOf(rows)).toEqual(['synced', 'synced', 'synced', 'synced'])
    await expectFiledOnce(sample)
  },
)

test(
  'promise 2: a server restored from a backup at another address is told once where; it gets again all that came after, once, and nothing is called synced before it has',
  { timeout: PATIENCE_MS },
  async () => {
    const kept = await saveEncounter(1)
    const first = startSync()
    await until(first, (state) => allSynced(state) && state.phase === 'idle')
    const backup = await server.backup()
    const lost = await saveEncounter(1)
    const before = await store.db.outbox.count()
    first.wake()
    await until(first, ({ synced, phase }) => synced === before && phase === 'idle')
    await first.dispose()
    await expectFiledOnce(lost.sample)

    const left = server.url
    await server.restore(backup)
    const sha256 = lost.rows.at(-1)?.sha256 ?? ''
    expect(await server.filesNamed(sha256)).toEqual([])
    await store.db.marks.put({ name: 'last-contact-at', value: 0 })
    const sync = startSync()
    // Nobody answers where it was; who answers elsewhere must be that very server.
    await until(sync, ({ phase }) => phase === 'unreachable')
    await expect(device.moveServer(left)).rejects.toMatchObject({ code: 'server_unreachable' })
    const impostor = 'https://elsewhere.example'
    const health = z.looseObject({ serverId: z.string() }).parse(await (await fetch(`${server.url}/api/health`)).json())
    for (const serverId of [newId(), health.serverId]) {
      const says = JSON.stringify({ ...health, serverId })
      network = async (request, send) => (request.url.startsWith(impostor) ? new Response(says) : send(request))
      await expect(device.moveServer(impostor)).rejects.toMatchObject({ code: 'not_the_server' })
    }
    expect(device.state.get()).toMatchObject({ serverUrl: left })
    await device.moveServer(server.url)
    expect(device.state.get()).toMatchObject({ serverUrl: server.url })
    expect(await store.db.pinned.get('server')).toMatchObject({ serverUrl: server.url })
    // Nothing but the contact tells it what is lost, and what it shows meanwhile is what the new server has vouched for.
    await until(sync, ({ synced, waiting, sending }) => synced === 0 && waiting + sending === before)
    await until(sync, ({ synced, phase }) => synced === before && phase === 'idle')
    for (const { sample } of [kept, lost]) await expectFiledOnce(sample)
    expect(await statesOf(lost.rows)).toEqual(['synced', 'synced', 'synced', 'synced'])
  },
)
