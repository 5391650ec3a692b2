import type { z } from 'zod'
import { fromBase64, sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import type { Change } from '@spira/shared/protocol/changes.ts'
import { DEVICE_API, eventsBodySchema, finaliseBodySchema, type Health } from '@spira/shared/protocol/deviceApi.ts'
import type { DeviceIdentity } from '@spira/shared/protocol/deviceClient.ts'
import { keyIdOf, signJson, signText } from '@spira/shared/protocol/ed25519.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Receipt, SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptToHeader } from '@spira/shared/protocol/receiptHeader.ts'
import { publicJwk } from '../../device/deviceKey.ts'

/**
 * What goes wrong with one request. `no-connection`: it never arrives. `lost-reply`: it is carried out, the answer is lost.
 * `half-body`: the connection breaks in the middle of it. `portal`, `redirect`: a captive portal answers in the server's place.
 * `late`: it is lost to the app, and reaches the server only after the next one. `slow`: the answer takes a while. `forged`: a receipt
 * that another key signed. `crash`: the app is killed while it waits.
 */
export type Fault =
  | 'none'
  | 'no-connection'
  | 'lost-reply'
  | 'half-body'
  | 'late'
  | 'slow'
  | 'portal'
  | 'redirect'
  | 'server-error'
  | 'forged'
  | 'crash'

export interface DeviceApiDouble {
  readonly identity: DeviceIdentity
  readonly receiptPrivateKey: CryptoKey
  readonly fetch: typeof globalThis.fetch
  /** SHA-256 of what is filed, by id. Filing other content under a filed id throws. */
  readonly filed: ReadonlyMap<string, string>
  /** The events as they were filed first, in that order. */
  readonly filedEvents: readonly DeviceEvent[]
  /** One per request, in order; then `none`. */
  readonly faults: Fault[]
  /** Refusal codes by id, each given once: of an event in its batch, or of a recording at its finalise. */
  readonly refusals: Map<string, ConstructorParameters<typeof SpiraError>[0]>
  readonly requests: { readonly method: string; readonly path: string; readonly bodyBytes: number }[]
  onCrash: () => void
  /** What it has to tell, in its order; each page holds two. */
  readonly changes: Change[]
  /** Its life, which a restore ends; an older server tells none. */
  epoch: string | undefined
  /** From now on it orders the device to erase itself. */
  revoked: boolean
  /** The network in which the server sees the device; an older server names none. */
  network: string | undefined
  /** The answer to an upload's last byte carries the receipt; an older server's does not. */
  receiptsWithLastByte: boolean
  /** So many creations of an upload are refused for the uploads that are open already. */
  tooManyUploads: number
  /** Every unfinished upload is gone, as after their expiry. */
  loseUploads(): void
  /** Restored from a backup that is older than this: forgets what it filed. */
  forget(ids: readonly string[]): void
}

/**
 * The device API in memory, to break it at every request; the promises themselves are proven against the real server
 * (syncService.integration.test.ts).
 */
export async function createDeviceApiDouble(): Promise<DeviceApiDouble> {
  const receiptPair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const forgerPair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const devicePair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const publicKey = await publicJwk(receiptPair)
  const identity: DeviceIdentity = {
    deviceId: newId(),
    serverId: newId(),
    receiptKey: { keyId: await keyIdOf(publicKey), publicKey },
    sign: (text) => signText(text, devicePair.privateKey),
  }
  const filed = new Map<string, string>()
  const filedEvents: DeviceEvent[] = []
  let late: (() => Promise<unknown>) | null = null
  const uploads = new Map<
    string,
    { readonly length: number; readonly recordingId: string; readonly sha256: string; bytes: Uint8Array<ArrayBuffer> }
  >()

  function file(id: string, sha256: string): void {
    if ((filed.get(id) ?? sha256) !== sha256) throw new Error(`${id} was filed before with other content`)
    filed.set(id, sha256)
  }

  async function receiptFor(kind: Receipt['kind'], items: Receipt['items'], signer: CryptoKey): Promise<SignedReceipt> {
    const { serverId, deviceId } = identity
    const receipt: Receipt = { receiptId: newId(), serverId, deviceId, kind, items, issuedAt: new Date().toISOString() }
    return { receipt, keyId: identity.receiptKey.keyId, signature: await signJson(receipt, signer) }
  }

  function refuse(id: string): void {
    const code = double.refusals.get(id)
    if (code === undefined) return
    double.refusals.delete(id)
    throw new SpiraError(code)
  }

  async function events(json: string, signer: CryptoKey): Promise<Response> {
    const body = eventsBodySchema.parse(JSON.parse(json))
    const items: Receipt['items'] = []
    const rejected: { id: string; code: string; message: string }[] = []
    for (const event of body.events) {
      try {
        refuse(event.id)
        const item = { id: event.id, sha256: await sha256Hex(utf8(canonicalJson(event))) }
        if (!filed.has(item.id)) filedEvents.push(event)
        file(item.id, item.sha256)
        if (event.type === 'recording.saved') file(`event-of-${event.payload.id}`, '')
        items.push(item)
      } catch (error) {
        if (!(error instanceof SpiraError)) throw error
        rejected.push({ id: event.id, code: error.code, message: error.message })
      }
    }
    return Response.json({ receipt: await receiptFor('events', items, signer), rejected })
  }

  async function finalise(
    recordingId: string,
    { uploadId, sha256 }: z.infer<typeof finaliseBodySchema>,
    signer: CryptoKey,
  ): Promise<SignedReceipt> {
    refuse(recordingId)
    if (!filed.has(`event-of-${recordingId}`)) throw new SpiraError('recording_unknown')
    if (filed.get(recordingId) !== sha256) {
      const upload = uploads.get(uploadId)
      if (upload === undefined) throw new SpiraError('upload_unknown')
      const got = upload.bytes.byteLength
      if (got !== upload.length) throw new SpiraError('upload_incomplete', { got, expected: upload.length })
      if ((await sha256Hex(upload.bytes)) !== sha256) throw new SpiraError('hash_mismatch')
      file(recordingId, sha256)
      uploads.delete(uploadId)
    }
    return receiptFor('recording', [{ id: recordingId, sha256 }], signer)
  }

  async function changes(cursor: string | null, signer: CryptoKey): Promise<Response> {
    const { serverId, deviceId, receiptKey } = identity
    const end = Number(cursor ?? 0) + 2
    const page = JSON.stringify({
      serverId,
      deviceId,
      epoch: double.epoch,
      cursor,
      changes: double.changes.slice(end - 2, end),
      nextCursor: String(Math.min(end, double.changes.length)),
      more: end < double.changes.length,
    })
    return Response.json({ page, keyId: receiptKey.keyId, signature: await signText(page, signer) })
  }

  async function tus(
    { method, headers }: Request,
    uploadId: string,
    body: Uint8Array<ArrayBuffer>,
    signer: CryptoKey,
  ): Promise<Response> {
    if (method === 'POST') {
      if (double.tooManyUploads > 0) {
        double.tooManyUploads -= 1
        throw new SpiraError('uploads_pending', { open: 64, most: 64 })
      }
      const id = newId()
      const metadata = new Map((headers.get('Upload-Metadata') ?? '').split(',').map((pair) => splitOnce(pair)))
      const told = (key: string): string => atob(metadata.get(key) ?? '')
      const [length, recordingId, sha256] = [Number(headers.get('Upload-Length')), told('recordingId'), told('sha256')]
      uploads.set(id, { length, recordingId, sha256, bytes: new Uint8Array() })
      return tusAnswer(201, { Location: `${DEVICE_API}/uploads/${id}` })
    }
    const upload = uploads.get(uploadId)
    if (upload === undefined) return tusAnswer(404)
    const offset = upload.bytes.byteLength
    if (method === 'HEAD')
      return tusAnswer(200, { 'Upload-Offset': String(offset), 'Upload-Length': String(upload.length) })
    if (Number(headers.get('Upload-Offset')) !== offset) return tusAnswer(409)
    upload.bytes = Uint8Array.from([...upload.bytes, ...body])
    const answer = { 'Upload-Offset': String(upload.bytes.byteLength) }
    const isAsked = double.receiptsWithLastByte && headers.get(RECEIPT_HEADER) === RECEIPT_WANTED
    if (!isAsked || upload.bytes.byteLength !== upload.length) return tusAnswer(204, answer)
    const { recordingId, sha256 } = upload
    const receipt = await finalise(recordingId, { uploadId, sha256 }, signer)
    return tusAnswer(204, { ...answer, [RECEIPT_HEADER]: receiptToHeader(receipt) })
  }

  async function carryOut(request: Request, body: Uint8Array<ArrayBuffer>, signer: CryptoKey): Promise<Response> {
    const { pathname } = new URL(request.url)
    const json = new TextDecoder().decode(body)
    const later = new Date(Date.now() + 600_000).toISOString()
    const [, first = '', second = '', third = ''] = pathname.slice(DEVICE_API.length).split('/')
    if (pathname === '/api/health') {
      const time = new Date().toISOString()
      const health: Health = {
        service: 'spira-training-server',
        serverId: identity.serverId,
        version: '0',
        protocolVersions: [1],
        time,
        ...(double.network !== undefined && { network: double.network }),
      }
      return Response.json(health)
    }
    if (first === 'challenge') return Response.json({ challenge: 'c'.repeat(20), expiresAt: later })
    if (first === 'token') {
      fromBase64((JSON.parse(json) as { signature: string }).signature)
      return Response.json({ token: 't'.repeat(20), expiresAt: later })
    }
    if (double.revoked) {
      const { serverId, deviceId } = identity
      const revocation = { serverId, deviceId, revokedAt: new Date().toISOString(), order: 'erase' as const }
      const signature = await signJson(revocation, signer)
      const order = { revocation, keyId: identity.receiptKey.keyId, signature }
      return Response.json({ code: 'device_revoked', message: 'Revoked.', revocation: order }, { status: 403 })
    }
    if (request.headers.get('authorization') !== `Bearer ${'t'.repeat(20)}`) throw new SpiraError('token_invalid')
    if (first === 'events') return events(json, signer)
    if (first === 'changes') return changes(new URL(request.url).searchParams.get('cursor'), signer)
    if (first === 'recordings' && third === 'finalise') {
      const asked = finaliseBodySchema.parse(JSON.parse(json))
      return Response.json({ receipt: await finalise(second, asked, signer) })
    }
    if (first === 'uploads') return tus(request, second, body, signer)
    throw new SpiraError('not_found')
  }

  const answer = (request: Request, body: Uint8Array<ArrayBuffer>, signer: CryptoKey): Promise<Response> =>
    carryOut(request, body, signer).catch((error: unknown) => {
      if (!(error instanceof SpiraError)) throw error
      return Response.json({ code: error.code, message: error.message }, { status: error.status })
    })

  const double: DeviceApiDouble = {
    identity,
    receiptPrivateKey: receiptPair.privateKey,
    filed,
    filedEvents,
    faults: [],
    refusals: new Map(),
    requests: [],
    onCrash: () => undefined,
    changes: [],
    epoch: undefined,
    revoked: false,
    network: undefined,
    receiptsWithLastByte: true,
    tooManyUploads: 0,
    loseUploads: () => uploads.clear(),
    forget(ids) {
      for (const id of ids) filed.delete(id)
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      const body = new Uint8Array(await request.arrayBuffer())
      double.requests.push({ method: request.method, path: new URL(request.url).pathname, bodyBytes: body.byteLength })
      const fault = double.faults.shift() ?? 'none'
      const overtaken = late
      late = null
      const carriedOut = async (): Promise<Response> => {
        const reply = await answer(request, body, receiptPair.privateKey)
        await overtaken?.()
        return reply
      }
      switch (fault) {
        case 'none':
          return carriedOut()
        case 'slow':
          await new Promise((resolve) => setTimeout(resolve, 15))
          return carriedOut()
        case 'late':
          late = carriedOut
          return broken()
        case 'forged':
          return answer(request, body, forgerPair.privateKey)
        case 'no-connection':
          return broken()
        case 'lost-reply':
          await answer(request, body, receiptPair.privateKey)
          return broken()
        case 'half-body':
          if (request.method === 'PATCH') await answer(request, body.slice(0, body.length / 2), receiptPair.privateKey)
          return broken()
        case 'portal':
          return new Response('<html><body>Sign in to HospitalGuest</body></html>', {
            headers: { 'content-type': 'text/html' },
          })
        case 'redirect':
          return new Response(null, { status: 302, headers: { location: 'https://portal.example/' } })
        case 'server-error':
          return new Response('upstream failed', { status: 502 })
        case 'crash':
          await answer(request, body, receiptPair.privateKey)
          double.onCrash()
          return broken()
        default:
          return fault satisfies never
      }
    },
  }
  return double
}

/** How `fetch` tells that there is no connection. */
const broken = (): never => {
  throw new TypeError('fetch failed')
}

/** A key of tus's metadata and its value. */
function splitOnce(pair: string): [string, string] {
  const [key = '', value = ''] = pair.trim().split(' ')
  return [key, value]
}

const tusAnswer = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers: { 'Tus-Resumable': '1.0.0', ...headers } })
