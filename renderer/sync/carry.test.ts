import 'fake-indexeddb/auto'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { openCarriedFile } from '@spira/shared/protocol/carriedFile.ts'
import type { CarriedReceipts, CarriedRecord } from '@spira/shared/protocol/carriedRecord.ts'
import { carriedFileKeySchema, publicKeySchema } from '@spira/shared/protocol/deviceApi.ts'
import { signJson, signText } from '@spira/shared/protocol/ed25519.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Receipt } from '@spira/shared/protocol/receipt.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTestStore } from '../store/testing/testStore.ts'
import { createCarryService } from './carryService.ts'
import { prepareOutbox } from './outbox.ts'
import { transition } from './outboxQueue.ts'
import { SendingRate } from './sendingRate.ts'
import { DEFAULT_SYNC_SETTINGS, mayUseNetwork, paceMs } from './syncSettings.ts'
import { createDeviceApiDouble } from './testing/deviceApiDouble.ts'
import { sampleEncounter } from './testing/sampleEncounter.ts'

/** A device with two encounters that wait, a server that reads carried files, and a stick between them. */
async function setUp() {
  const store = await openTestStore()
  const api = await createDeviceApiDouble()
  const server = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', server.publicKey)
  const keyId = await sha256Hex(utf8(canonicalJson({ crv, kty, x, y })))
  const carriedFileKey = carriedFileKeySchema.parse({ keyId, publicKey: { kty, crv, x, y } })
  const device = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const identity = { ...api.identity, carriedFileKey, sign: (text: string) => signText(text, device.privateKey) }
  const samples = await Promise.all(
    [300_000, 2044].map((bytes) =>
      sampleEncounter(
        newId(),
        Uint8Array.from({ length: bytes }, (_, at) => at % 251),
      ),
    ),
  )
  for (const { items } of samples) await store.db.outbox.bulkAdd([...(await prepareOutbox(store, items))])
  const stick = new Map<string, Uint8Array<ArrayBuffer>>()
  const carry = createCarryService({
    store,
    device: { identity: () => identity },
    readAudio: async (id) =>
      samples.find(({ recordingId }) => recordingId === id)?.audio ?? Promise.reject(new Error()),
    async save(name, parts) {
      const held: Uint8Array<ArrayBuffer>[] = []
      for await (const part of parts) held.push(part)
      stick.set(name, new Uint8Array(await new Blob(held).arrayBuffer()))
      return true
    },
    async open() {
      const bytes = stick.get('receipts.json')
      if (bytes === undefined) return null
      return { name: 'receipts.json', bytes: bytes.byteLength, parts: one(bytes) }
    },
  })
  async function readAtServer(): Promise<readonly CarriedRecord[]> {
    const [file] = [...stick.values()]
    if (file === undefined) throw new Error('the stick is empty')
    const devicePublic = publicKeySchema.parse(await crypto.subtle.exportKey('jwk', device.publicKey))
    const { records } = await openCarriedFile(one(file), {
      serverId: identity.serverId,
      privateKey: async () => server.privateKey,
      devicePublicKey: async () => devicePublic,
    })
    const all: CarriedRecord[] = []
    for await (const record of records) all.push(record)
    return all
  }
  return { store, api, samples, stick, carry, readAtServer }
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value
}

describe('waiting items carried by file', () => {
  test('promise 2: the server reads every event in order and every recording byte for byte; here nothing counts as sent', async () => {
    const { store, samples, stick, carry, readAtServer } = await setUp()
    expect(await carry.exportWaiting()).toBe(true)
    expect([...stick.keys()][0]).toMatch(/^spira-\d{8}-\d{6}\.spira$/)
    const records = await readAtServer()
    const events = records.flatMap((record) => (record.kind === 'events' ? record.events : []))
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
    for (const { recordingId, audio } of samples) {
      const from = records.findIndex((record) => record.kind === 'audio' && record.recordingId === recordingId)
      const pieces: Uint8Array<ArrayBuffer>[] = []
      for (const record of records.slice(from + 1)) {
        if (record.kind !== 'piece') break
        pieces.push(record.bytes)
      }
      expect(await new Blob(pieces).arrayBuffer()).toEqual(await audio.arrayBuffer())
    }
    expect(records.at(-1)).toEqual({ kind: 'end', events: 6, audios: 2 })
    expect(await store.db.outbox.where('state').equals('synced').count()).toBe(0)
  })

  test('promise 9: the file shows neither who nor where', async () => {
    const { stick, carry, samples } = await setUp()
    await carry.exportWaiting()
    const text = new TextDecoder('latin1').decode([...stick.values()][0])
    for (const { encounterId, recordingId } of samples)
      expect(text).not.toMatch(new RegExp(`${encounterId}|${recordingId}|participant`))
  })

  test('promise 2: only receipts of the pinned key sync what they name, and only with its very hash', async () => {
    const { store, api, stick, carry } = await setUp()
    const rows = await store.db.outbox.orderBy('sequence').toArray()
    const items = rows.filter(({ kind }) => kind === 'event').map(({ id, sha256 }) => ({ id, sha256 }))
    const forger = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    async function carryBack(of: Receipt['items'], key: CryptoKey): Promise<number | null> {
      const { serverId, deviceId, receiptKey } = api.identity
      const receipt: Receipt = {
        receiptId: newId(),
        serverId,
        deviceId,
        kind: 'events',
        items: of,
        issuedAt: '2026-11-25T08:00:00.000Z',
      }
      const signed = { receipt, keyId: receiptKey.keyId, signature: await signJson(receipt, key) }
      const file: CarriedReceipts = { kind: 'spira-receipts', version: 1, receipts: [signed], rejected: [] }
      stick.set('receipts.json', utf8(JSON.stringify(file)))
      return carry.importReceipts()
    }
    await expect(carryBack(items, forger.privateKey)).rejects.toMatchObject({ code: 'receipts-invalid' })
    const [first] = items
    if (first === undefined) throw new Error('there are events')
    await expect(carryBack([{ ...first, sha256: 'ab'.repeat(32) }], api.receiptPrivateKey)).rejects.toMatchObject({
      code: 'receipts-invalid',
    })
    expect(await store.db.outbox.where('state').equals('synced').count()).toBe(0)
    expect(await carryBack([...items, { id: newId(), sha256: 'cd'.repeat(32) }], api.receiptPrivateKey)).toBe(6)
    expect(await carryBack(items, api.receiptPrivateKey)).toBe(0)
    stick.set('receipts.json', utf8('{"kind":"another"}'))
    await expect(carry.importReceipts()).rejects.toMatchObject({ code: 'receipts-invalid' })
  })

  test('what has its receipt is not carried again', async () => {
    const { store, carry, readAtServer } = await setUp()
    const rows = await store.db.outbox.orderBy('sequence').toArray()
    for (const { id, sha256 } of rows.slice(0, 7))
      await transition(store.db, [{ id, change: { type: 'receipt', receiptId: newId(), sha256 } }])
    await carry.exportWaiting()
    expect((await readAtServer()).at(-1)).toEqual({
      kind: 'end',
      events: rows[7]?.kind === 'event' ? 1 : 0,
      audios: rows[7]?.kind === 'audio' ? 1 : 0,
    })
  })
})

test('the bandwidth limit holds over any pieces', () => {
  const settings = { ...DEFAULT_SYNC_SETTINGS, bytesPerSecond: 64_000 }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1 }), fc.nat(50), (pieces, lineMs) => {
      let [sent, clock] = [0, 0]
      for (const piece of pieces) {
        sent += piece
        clock += lineMs
        clock += paceMs(settings, sent, clock)
        expect(sent / (clock / 1000)).toBeLessThanOrEqual(64_000 * 1.0001)
      }
    }),
    { seed: 20261125 },
  )
  expect(paceMs(DEFAULT_SYNC_SETTINGS, 1e9, 1)).toBe(0)
})

test.each([
  [{ type: 'cellular' }, false],
  [{ type: 'wifi' }, true],
  [{ type: 'wifi', saveData: true }, false],
  [{ type: 'unknown' }, true],
  [{}, true],
])('not over a mobile network: %j may be used: %s', (kind, may) => {
  expect(mayUseNetwork({ ...DEFAULT_SYNC_SETTINGS, network: 'not-mobile' }, kind)).toBe(may)
  expect(mayUseNetwork(DEFAULT_SYNC_SETTINGS, kind)).toBe(true)
})

test('time left follows the rate of the last seconds, and is not guessed', () => {
  const rate = new SendingRate()
  rate.note(0, 10_000)
  expect([rate.secondsLeft(), rate.share()]).toEqual([null, 0])
  rate.note(2000, 8000)
  expect(rate.secondsLeft()).toBe(8)
  expect(rate.share()).toBeCloseTo(0.2)
  rate.note(3000, 12_000)
  expect(rate.secondsLeft()).toBeNull()
  rate.note(5000, 0)
  expect([rate.secondsLeft(), rate.share()]).toEqual([0, 1])
})
