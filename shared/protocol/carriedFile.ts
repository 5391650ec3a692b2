import { z } from 'zod'
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { canonicalJson } from './canonicalJson.ts'
import { type CarriedRecord, decodeRecord, encodeRecord } from './carriedRecord.ts'
import type { CarriedFileKey, PublicKeyJwk } from './deviceApi.ts'
import { verifyText } from './ed25519.ts'
import { SpiraError } from './errors.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'

/**
 * The file in which waiting items are carried to the server by hand, readable by that server alone. Byte for byte:
 *
 *     "SPIRACF1"                                8 bytes
 *     length of the head                        u32, little endian, at most 4096
 *     head                                      canonical JSON in UTF-8, see carriedHeadSchema
 *     frame 0, frame 1, … the last frame        each: length of the ciphertext (u32, little endian), ciphertext
 *
 * Key: HKDF-SHA-256 of the P-256 ECDH secret of an ephemeral key and the server's, salt SHA-256(head), info "spira carried file 1".
 * A frame is AES-256-GCM of one record (carriedRecord.ts); its nonce is the frame's number (11 bytes, big endian) and one byte that
 * is 1 in the last frame and 0 before, the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015; as in age):
 * frames cannot be left out, exchanged or cut off at the end unnoticed. The device signs the head; only who made the ephemeral key
 * can have sealed the frames, so the signature speaks for all of them. What is read twice is filed once, by its ids.
 */
const MAGIC = utf8('SPIRACF1')
const INFO = utf8('spira carried file 1')
const SIGNED = 'spira-carried-file'

/** Name ending of such a file. Names carry no identity: the device's name and a time. */
export const CARRIED_FILE_ENDING = 'spira'
const MAX_HEAD_BYTES = 4096
const TAG_BYTES = 16
const MAX_FRAME_BYTES = 1024 * 1024 + TAG_BYTES

const unsignedHeadSchema = z.object({
  version: z.literal(1),
  serverId: idSchema,
  deviceId: idSchema,
  /** Which key of the server it is sealed for. */
  keyId: sha256Schema,
  /** Uncompressed P-256 point, made for this file alone. */
  ephemeralKey: z.base64(),
  madeAt: instantSchema,
})
export const carriedHeadSchema = unsignedHeadSchema.extend({
  /** The device's Ed25519 signature over `spira-carried-file:` and the canonical JSON of the other members. */
  signature: z.base64(),
})
export type CarriedHead = z.infer<typeof carriedHeadSchema>

export interface CarriedFileWriter {
  readonly serverId: string
  readonly deviceId: string
  readonly key: CarriedFileKey
  /** Base64 Ed25519 over the UTF-8 text, by the device's enrolled key. */
  readonly sign: (text: string) => Promise<string>
  readonly madeAt: Date
  /** Only for test vectors; else one is made. */
  readonly ephemeral?: CryptoKeyPair
}

/** The bytes of the file, piece by piece; `records` end with their `end` record. */
export async function* writeCarriedFile(
  { serverId, deviceId, key, sign, madeAt, ephemeral: given }: CarriedFileWriter,
  records: AsyncIterable<CarriedRecord>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const ephemeral =
    given ?? (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']))
  const unsigned = {
    version: 1,
    serverId,
    deviceId,
    keyId: key.keyId,
    ephemeralKey: toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey))),
    madeAt: madeAt.toISOString(),
  } as const
  const signature = await sign(`${SIGNED}:${canonicalJson(unsigned)}`)
  const head = utf8(canonicalJson({ ...unsigned, signature } satisfies CarriedHead))
  const server = await crypto.subtle.importKey('jwk', key.publicKey, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
  const fileKey = await deriveFileKey(ephemeral.privateKey, server, head)
  yield concat([MAGIC, u32(head.byteLength), head])
  let number = 0
  for await (const record of records) {
    const iv = nonce(number, record.kind === 'end')
    const frame = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, fileKey, encodeRecord(record)))
    yield concat([u32(frame.byteLength), frame])
    number += 1
  }
}

export interface CarriedFileReader {
  readonly serverId: string
  /** The server's private key of that id; null when it has no such key. */
  readonly privateKey: (keyId: string) => Promise<CryptoKey | null>
  /** The public key the device enrolled with; null for a device that is not enrolled. */
  readonly devicePublicKey: (deviceId: string) => Promise<PublicKeyJwk | null>
}

/** What is known of a file once its head is read and its signature checked. */
export interface CarriedFile {
  readonly head: CarriedHead
  /** Each record as it is opened; the last is `end`, without which the file was cut off. */
  readonly records: AsyncGenerator<CarriedRecord>
}

/**
 * Opens a file as it comes in, in pieces of any size.
 *
 * @throws SpiraError `carried_file_invalid`, `carried_file_of_other_server`, `device_unknown`; also from `records`, when the file
 *   is damaged further on: what was given out before is sound.
 */
export async function openCarriedFile(
  source: AsyncIterable<Uint8Array>,
  { serverId, privateKey, devicePublicKey }: CarriedFileReader,
): Promise<CarriedFile> {
  const bytes = takeFrom(source)
  const start = await bytes(MAGIC.byteLength + 4)
  if (start === null || !MAGIC.every((byte, at) => start[at] === byte)) throw invalid('it is no carried file')
  const headLength = readU32(start, MAGIC.byteLength)
  const headBytes = headLength > MAX_HEAD_BYTES ? null : await bytes(headLength)
  if (headBytes === null) throw invalid('its head is cut off')
  const head = parseHead(headBytes)
  if (head.serverId !== serverId) throw new SpiraError('carried_file_of_other_server')
  const { signature, ...unsigned } = head
  const device = await devicePublicKey(head.deviceId)
  if (device === null) throw new SpiraError('device_unknown')
  if (!(await verifyText(`${SIGNED}:${canonicalJson(unsigned)}`, signature, device)))
    throw invalid('the device did not sign it')
  const own = await privateKey(head.keyId)
  if (own === null) throw new SpiraError('carried_file_of_other_server')
  const ephemeral = await crypto.subtle
    .importKey('raw', fromBase64(head.ephemeralKey), { name: 'ECDH', namedCurve: 'P-256' }, false, [])
    .catch(() => {
      throw invalid('its key is no key')
    })
  const fileKey = await deriveFileKey(own, ephemeral, headBytes)
  return { head, records: openFrames(bytes, fileKey) }
}

async function* openFrames(bytes: TakeBytes, fileKey: CryptoKey): AsyncGenerator<CarriedRecord> {
  for (let number = 0; ; number += 1) {
    const length = await bytes(4)
    if (length === null) throw invalid('its end is missing')
    const size = readU32(length, 0)
    const frame = size < TAG_BYTES || size > MAX_FRAME_BYTES ? null : await bytes(size)
    if (frame === null) throw invalid(`frame ${number} is cut off`)
    const open = (isLast: boolean): Promise<ArrayBuffer | null> =>
      crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(number, isLast) }, fileKey, frame).catch(() => null)
    const content = await open(false)
    const last = content === null ? await open(true) : null
    const plain = content ?? last
    const record = plain === null ? null : decodeRecord(new Uint8Array(plain))
    if (record === null || (record.kind === 'end') !== (last !== null)) throw invalid(`frame ${number} is damaged`)
    yield record
    if (last === null) continue
    if ((await bytes(1)) !== null) throw invalid('something follows its end')
    return
  }
}

async function deriveFileKey(
  privateKey: CryptoKey,
  publicKey: CryptoKey,
  head: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey> {
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 256)
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const salt = await crypto.subtle.digest('SHA-256', head)
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: INFO },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

function parseHead(bytes: Uint8Array<ArrayBuffer>): CarriedHead {
  try {
    return carriedHeadSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    throw invalid('its head cannot be read')
  }
}

function nonce(number: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const iv = new Uint8Array(12)
  // Numbers stay far below 2^32: a frame holds up to a megabyte.
  new DataView(iv.buffer).setUint32(7, number)
  iv[11] = isLast ? 1 : 0
  return iv
}

/** Resolves with exactly so many bytes; null when the source ends before. */
type TakeBytes = (count: number) => Promise<Uint8Array<ArrayBuffer> | null>

function takeFrom(source: AsyncIterable<Uint8Array>): TakeBytes {
  const pieces = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  return async (count) => {
    const whole = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      if (rest.byteLength === 0) {
        const next = await pieces.next()
        if (next.done === true) return null
        rest = next.value
      }
      const part = rest.subarray(0, count - filled)
      whole.set(part, filled)
      filled += part.byteLength
      rest = rest.subarray(part.byteLength)
    }
    return whole
  }
}

const u32 = (value: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

const invalid = (detail: string): SpiraError => new SpiraError('carried_file_invalid', { detail })
