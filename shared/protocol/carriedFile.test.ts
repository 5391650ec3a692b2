import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, sha256Hex, toBase64, utf8 } from './bytes.ts'
import { canonicalJson } from './canonicalJson.ts'
import { type CarriedFileReader, openCarriedFile, writeCarriedFile } from './carriedFile.ts'
import type { CarriedRecord } from './carriedRecord.ts'
import { type CarriedFileKey, carriedFileKeySchema, type PublicKeyJwk, publicKeySchema } from './deviceApi.ts'
import { signText } from './ed25519.ts'
import { newId } from './ids.ts'
import vector from './testing/carriedFile.json' with { type: 'json' }

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const
const [serverId, deviceId] = [newId(), newId()]
const server = await crypto.subtle.generateKey(ECDH, true, ['deriveBits'])
const device = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
const devicePublic: PublicKeyJwk = publicKeySchema.parse(await crypto.subtle.exportKey('jwk', device.publicKey))
const key = await carriedKeyOf(server.publicKey)
const reader: CarriedFileReader = {
  serverId,
  privateKey: async (keyId) => (keyId === key.keyId ? server.privateKey : null),
  devicePublicKey: async (id) => (id === deviceId ? devicePublic : null),
}

async function carriedKeyOf(publicKey: CryptoKey): Promise<CarriedFileKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const keyId = await sha256Hex(utf8(canonicalJson({ crv, kty, x, y })))
  return carriedFileKeySchema.parse({ keyId, publicKey: { kty, crv, x, y } })
}

const sample = (): readonly CarriedRecord[] => {
  const sha256 = 'ab'.repeat(32)
  const payload = { modelId: newId(), modelVersion: 3, outcome: 'activated' } as const
  const event = {
    id: newId(),
    sequence: 7,
    occurredAt: '2026-11-25T08:00:00.000Z',
    type: 'model.changed',
    payload,
  } as const
  return [
    { kind: 'events', events: [event] },
    { kind: 'audio', recordingId: newId(), sha256, byteLength: 5 },
    { kind: 'piece', bytes: Uint8Array.from([1, 2, 3]) },
    { kind: 'piece', bytes: Uint8Array.from([4, 5]) },
    { kind: 'end', events: 1, audios: 1 },
  ]
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function written(
  records: readonly CarriedRecord[],
  signer = device.privateKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const sign = (text: string) => signText(text, signer)
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for await (const piece of writeCarriedFile({ serverId, deviceId, key, sign, madeAt: new Date() }, each(records)))
    pieces.push(piece)
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}

async function read(file: Uint8Array, step = 1000, by = reader): Promise<CarriedRecord[]> {
  const pieces = Array.from({ length: Math.ceil(file.length / step) }, (_, at) =>
    file.subarray(at * step, (at + 1) * step),
  )
  const { records } = await openCarriedFile(each(pieces), by)
  const all: CarriedRecord[] = []
  for await (const record of records) all.push(record)
  return all
}

describe('a carried file', () => {
  test('is read as it was written, in pieces of any size', async () => {
    const records = sample()
    const file = await written(records)
    for (const step of [1, 7, 100_000]) expect(await read(file, step)).toEqual(records)
  })

  test('promise 9: shows nothing of what is in it', async () => {
    const file = await written(sample())
    const text = new TextDecoder('latin1').decode(file)
    expect(text).not.toMatch(/model\.changed|activated|recordingId/)
  })

  test('promise 2: changed at any byte, cut anywhere, or longer, it is refused before or where the damage is', async () => {
    const records = sample()
    const file = await written(records)
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(file)
        changed[at] = (changed[at] ?? 0) ^ flip
        await expect(read(changed)).rejects.toMatchObject({ name: 'SpiraError' })
        await expect(read(file.subarray(0, at))).rejects.toMatchObject({ code: 'carried_file_invalid' })
      }),
      { seed: 20261125, numRuns: 150 },
    )
    await expect(read(Uint8Array.from([...file, 0]))).rejects.toMatchObject({ code: 'carried_file_invalid' })
  })

  test('promise 2: frames left out or exchanged are refused', async () => {
    const file = await written(sample())
    const view = new DataView(file.buffer)
    const frames: Uint8Array[] = []
    const head = 12 + view.getUint32(8, true)
    for (let at = head; at < file.length;) {
      const next = at + 4 + view.getUint32(at, true)
      frames.push(file.subarray(at, next))
      at = next
    }
    const [a, b, c, d, e] = frames
    if (!a || !b || !c || !d || !e) throw new Error('five records, five frames')
    for (const order of [
      [a, b, d, e],
      [a, b, d, c, e],
      [b, a, c, d, e],
      [a, b, c, d],
    ]) {
      const parts = [file.subarray(0, head), ...order].map((part) => Uint8Array.from(part))
      const mixed = new Uint8Array(await new Blob(parts).arrayBuffer())
      await expect(read(mixed)).rejects.toMatchObject({ code: 'carried_file_invalid' })
    }
  })

  test('for another server, of an unknown device, or signed by another is refused', async () => {
    const file = await written(sample())
    const other = { ...reader, serverId: newId() }
    await expect(read(file, 1000, other)).rejects.toMatchObject({ code: 'carried_file_of_other_server' })
    const withoutKey = { ...reader, privateKey: async () => null }
    await expect(read(file, 1000, withoutKey)).rejects.toMatchObject({ code: 'carried_file_of_other_server' })
    const withoutDevice = { ...reader, devicePublicKey: async () => null }
    await expect(read(file, 1000, withoutDevice)).rejects.toMatchObject({ code: 'device_unknown' })
    const forger = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
    await expect(read(await written(sample(), forger.privateKey))).rejects.toMatchObject({
      code: 'carried_file_invalid',
    })
  })

  test('opens the stored vector, which another implementation (Python, cryptography) sealed', async () => {
    const privateKey = await crypto.subtle.importKey('jwk', vector.serverPrivateKey, ECDH, false, ['deriveBits'])
    const records = await read(fromBase64(vector.file), 1000, {
      serverId: vector.serverId,
      privateKey: async () => privateKey,
      devicePublicKey: async () => publicKeySchema.parse(vector.devicePublicKey),
    })
    expect(records.map((record) => (record.kind === 'piece' ? toBase64(record.bytes) : record.kind))).toEqual(
      vector.records,
    )
  })
})
