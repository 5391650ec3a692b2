import type { z } from 'zod'
import { sha256Hex, utf8 } from './bytes.ts'
import { canonicalJson } from './canonicalJson.ts'
import { signedChangesSchema, type ChangesPage } from './changes.ts'
import {
  apiErrorSchema,
  challengeReplySchema,
  clinicalProtocolReplySchema,
  DEVICE_API,
  enrolReplySchema,
  eventsReplySchema,
  finaliseReplySchema,
  healthSchema,
  tokenMessage,
  tokenReplySchema,
  type enrolBodySchema,
  type Enrolment,
  type finaliseBodySchema,
  type Health,
  type PublicKeyJwk,
} from './deviceApi.ts'
import { keyIdOf } from './ed25519.ts'
import { isErrorCode, SpiraError } from './errors.ts'
import type { DeviceEvent } from './events.ts'
import type { Receipt, SignedReceipt } from './receipt.ts'
import { PROTOCOL_HEADER, requireCommonProtocol } from './protocolVersion.ts'
import { PROTOCOL_VERSION } from './records.ts'
import { DeviceRevoked, isRevocationOf } from './revocation.ts'
import { SyncError } from './syncError.ts'
import { verifyChanges } from './verifyChanges.ts'
import { verifyReceipt } from './verifyReceipt.ts'

/** The part of the web's `fetch` that the client uses; browsers, workers and Node have it. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchReply>
export interface FetchInit {
  readonly method: 'GET' | 'POST'
  readonly headers: Record<string, string>
  readonly body?: string
  readonly redirect: 'manual'
  readonly credentials: 'omit'
  readonly cache: 'no-store'
  readonly signal: AbortSignal
}
export interface FetchReply {
  readonly status: number
  readonly type: string
  text(): Promise<string>
}

/** Who the device is, and what it pinned when it enrolled. `sign`: base64 Ed25519 over the UTF-8 text. */
export interface DeviceIdentity {
  readonly deviceId: string
  readonly serverId: string
  readonly receiptKey: { readonly keyId: string; readonly publicKey: PublicKeyJwk }
  sign(text: string): Promise<string>
}

export interface DeviceClientOptions {
  /** Origin, without a slash at its end. */
  readonly serverUrl: string
  readonly fetch: Fetch
  /** Absent before enrolment: then only `health` and `enrol` can be asked. */
  readonly identity?: DeviceIdentity
  /** Epoch milliseconds. */
  readonly now?: () => number
  readonly limits?: Partial<typeof CLIENT_LIMITS>
}

export const CLIENT_LIMITS = {
  /** A request that takes longer is given up: it is idempotent and is made again later. */
  timeoutMs: 30_000,
  /** Finalising hashes and fsyncs a whole recording on a server that may be busy training. */
  finaliseTimeoutMs: 120_000,
  /** A token is renewed this long before it expires. */
  tokenMarginMs: 30_000,
}

/** What the server said to a batch. Whatever is in neither list was not dealt with and is sent again. */
export interface EventsOutcome {
  readonly receiptId: string
  /** What the verified receipt vouches for. Of those marked `withdrawn` nothing is held: they are done, and erased here. */
  readonly filed: Receipt['items']
  readonly rejected: readonly { readonly id: string; readonly code: string; readonly message: string }[]
}

/**
 * Client of the device API. Every method throws SpiraError with the server's refusal, or SyncError: `server_unreachable`
 * (network, timeout, 5xx), `not_the_server` (an answer that is not our API's, another server's id, a receipt that its pinned
 * key did not sign), `refusal_unknown` (a code of a newer server). DeviceRevoked, a SpiraError: the server's signed order to erase.
 */
export interface DeviceClient {
  readonly serverUrl: string
  /** @throws SpiraError `protocol_unsupported` when the server does not speak this app's protocol. */
  health(): Promise<Health>
  enrol(body: z.infer<typeof enrolBodySchema>): Promise<Enrolment>
  /** Asks only whether the device is still one of the server's, which needs no key of its own. @throws DeviceRevoked when it is not. */
  stillEnrolled(): Promise<void>
  /** A bearer token, from memory while it is valid. `refused`: the token that the server has just answered 401 to. */
  authenticate(refused?: string): Promise<string>
  sendEvents(events: readonly DeviceEvent[]): Promise<EventsOutcome>
  /**
   * One page of what the server has to tell, verified. `cursor`: `nextCursor` of the page carried out last; null: from the beginning.
   * @throws SpiraError `cursor_invalid` when the server was restored from a backup: ask again from the beginning, and send again what it gave
   *   receipts for.
   */
  pullChanges(cursor: string | null): Promise<ChangesPage>
  /** The newest clinical protocol, as the server has it; clinicalProtocolSchema says whether this app can read it. */
  clinicalProtocol(): Promise<z.infer<typeof clinicalProtocolReplySchema>>
  /**
   * @param brought a receipt that came with the upload's last byte: where it can be believed, nothing is asked.
   * @returns the verified receipt for exactly this recording and hash; its item is `withdrawn` when the participant is, and then no
   *   upload is needed: `uploadId` may be any text.
   */
  finalise(
    recordingId: string,
    body: z.infer<typeof finaliseBodySchema>,
    brought?: SignedReceipt | null,
  ): Promise<Receipt>
}

interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly token?: string
  readonly timeoutMs?: number
}

export function createDeviceClient({
  serverUrl,
  fetch,
  identity,
  now = Date.now,
  limits: given,
}: DeviceClientOptions): DeviceClient {
  const limits = { ...CLIENT_LIMITS, ...given }
  /** Server clock minus device clock, from the last health check: a bedside clock may be hours off. */
  let clockSkewMs = 0
  let token: { readonly text: string; readonly expiresAt: number } | null = null

  async function ask<T>(schema: z.ZodType<T>, { method, path, body, token: bearer, timeoutMs }: Request): Promise<T> {
    const { reply, text } = await unlessUnreachable(async () => {
      const answer = await fetch(`${serverUrl}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.timeout(timeoutMs ?? limits.timeoutMs),
      })
      return { reply: answer, text: await answer.text() }
    })
    if (reply.status < 200 || reply.status > 299) throw (await orderToErase(text)) ?? refusalOf(reply, text)
    const parsed = schema.safeParse(parseJson(text))
    if (!parsed.success)
      throw new SyncError('not_the_server', `${method} ${path} answered ${reply.status} in another form`)
    return parsed.data
  }

  async function orderToErase(text: string): Promise<DeviceRevoked | null> {
    const order = apiErrorSchema.safeParse(parseJson(text)).data?.revocation
    if (identity === undefined || order === undefined || !(await isRevocationOf(order, identity))) return null
    return new DeviceRevoked(order.revocation)
  }

  function enrolled(): DeviceIdentity {
    if (identity === undefined) throw new SpiraError('device_unknown')
    return identity
  }

  const askChallenge = (deviceId: string) =>
    ask(challengeReplySchema, { method: 'POST', path: `${DEVICE_API}/challenge`, body: { deviceId } })

  async function authenticate(refused?: string): Promise<string> {
    const { deviceId, sign } = enrolled()
    if (token !== null && token.text !== refused && token.expiresAt - limits.tokenMarginMs > now() + clockSkewMs)
      return token.text
    const { challenge } = await askChallenge(deviceId)
    const signature = await sign(tokenMessage(deviceId, challenge))
    const body = { deviceId, challenge, signature }
    const granted = await ask(tokenReplySchema, { method: 'POST', path: `${DEVICE_API}/token`, body })
    token = { text: granted.token, expiresAt: Date.parse(granted.expiresAt) }
    return granted.token
  }

  /** Asks with a token; a token that is refused (expired early, server restored) is renewed once. */
  async function askWithToken<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    const bearer = await authenticate()
    try {
      return await ask(schema, { ...request, token: bearer })
    } catch (error) {
      if (!(error instanceof SpiraError) || error.code !== 'token_invalid') throw error
      return ask(schema, { ...request, token: await authenticate(bearer) })
    }
  }

  return {
    serverUrl,

    async health() {
      const health = await ask(healthSchema, { method: 'GET', path: '/api/health' })
      if (identity !== undefined && health.serverId !== identity.serverId)
        throw new SyncError('not_the_server', 'another training server')
      requireCommonProtocol(PROTOCOL_VERSION, health.protocolVersions)
      clockSkewMs = Date.parse(health.time) - now()
      return health
    },

    async enrol(body) {
      const enrolment = await ask(enrolReplySchema, { method: 'POST', path: `${DEVICE_API}/enrol`, body })
      if ((await keyIdOf(enrolment.receiptKey.publicKey)) !== enrolment.receiptKey.keyId) {
        throw new SyncError('not_the_server', 'the id of the receipt key is not its thumbprint')
      }
      return enrolment
    },

    async stillEnrolled() {
      await askChallenge(enrolled().deviceId)
    },

    authenticate,

    async sendEvents(events) {
      const pinned = enrolled()
      const sent = new Map<string, string>()
      for (const event of events) sent.set(event.id, await sha256Hex(utf8(canonicalJson(event))))
      const reply = await askWithToken(eventsReplySchema, {
        method: 'POST',
        path: `${DEVICE_API}/events`,
        body: { protocolVersion: PROTOCOL_VERSION, sentAt: new Date(now()).toISOString(), events },
      })
      const receipt = await verifyReceipt(reply.receipt, { ...pinned, kind: 'events', sent })
      for (const { id } of receipt.items) sent.delete(id)
      return {
        receiptId: receipt.receiptId,
        filed: receipt.items,
        rejected: reply.rejected.filter(({ id }) => sent.has(id)),
      }
    },

    async pullChanges(cursor) {
      const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`
      const signed = await askWithToken(signedChangesSchema, { method: 'GET', path: `${DEVICE_API}/changes${query}` })
      return verifyChanges(signed, { ...enrolled(), cursor })
    },

    clinicalProtocol: () =>
      askWithToken(clinicalProtocolReplySchema, { method: 'GET', path: `${DEVICE_API}/clinical-protocol` }),

    async finalise(recordingId, body, brought = null) {
      const believed = async (signed: SignedReceipt): Promise<Receipt> => {
        const sent = new Map([[recordingId, body.sha256]])
        const receipt = await verifyReceipt(signed, { ...enrolled(), kind: 'recording', sent })
        if (receipt.items.length !== 1) throw new SyncError('not_the_server', 'receipt without the recording')
        return receipt
      }
      const receipt = brought === null ? null : await believed(brought).catch(() => null)
      if (receipt !== null) return receipt
      const reply = await askWithToken(finaliseReplySchema, {
        method: 'POST',
        path: `${DEVICE_API}/recordings/${recordingId}/finalise`,
        body,
        timeoutMs: limits.finaliseTimeoutMs,
      })
      return believed(reply.receipt)
    },
  }
}

/** Any failure of the request itself (no route, broken off, timed out) is `server_unreachable`. */
async function unlessUnreachable<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw new SyncError('server_unreachable', undefined, { cause: error })
  }
}

/**
 * The error that an HTTP answer outside 2xx stands for, shared with the upload, which speaks tus instead of JSON.
 *
 * @param text body of the answer.
 */
export function refusalOf(
  reply: { readonly status: number; readonly type?: string },
  text: string,
): SpiraError | SyncError {
  if (reply.status >= 500) return new SyncError('server_unreachable', `HTTP ${reply.status}`)
  const refusal = apiErrorSchema.safeParse(parseJson(text))
  if (reply.type === 'opaqueredirect' || reply.status < 400 || !refusal.success) {
    return new SyncError('not_the_server', reply.type === 'opaqueredirect' ? 'a redirect' : `HTTP ${reply.status}`)
  }
  const { code, message } = refusal.data
  return isErrorCode(code)
    ? SpiraError.received(code, message)
    : new SyncError('refusal_unknown', `${code}: ${message}`)
}

/** @returns undefined for text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
