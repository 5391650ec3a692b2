import { Server } from '@tus/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptToHeader } from '@spira/shared/protocol/receiptHeader.ts'
import { perDevice } from '../fleet/perDevice.ts'
import { deviceOf, type AuthenticatedDevice } from '../fleet/requireDevice.ts'
import { isWithdrawnRecord } from '../participants/tombstone.ts'
import type { ServerContext } from '../server/context.ts'
import { machineFailure } from '../server/machineFailure.ts'
import { isBedsideOrigin } from '../server/shellCors.ts'
import { createUpload } from './createUpload.ts'
import { finaliseRecording } from './finalise.ts'
import { createOpenUploads } from './openUploads.ts'
import { MAX_UPLOAD_BYTES, newUploadId, requireOwner, uploadMetadataSchema } from './uploadStore.ts'
import { LOCK_DRAIN_MS, writeOn } from './writeOn.ts'

const TUS_VERSION = '1.0.0'
const TUS_CONTENT = 'application/offset+octet-stream'

/**
 * tus 1.0 under /uploads. Who may do what is decided here, before tus sees the request; who writes is decided by the upload's lock.
 */
export function addUploadRoutes(app: FastifyInstance, context: ServerContext): void {
  const path = `${DEVICE_API}/uploads`
  /** The name of the upload that a request in progress creates. */
  const names = new WeakMap<object, string>()
  const holdPlace = createOpenUploads(context.uploads)
  const tus = new Server({
    path,
    datastore: context.uploads.tus,
    locker: context.uploadLocks,
    lockDrainTimeout: LOCK_DRAIN_MS,
    maxSize: MAX_UPLOAD_BYTES,
    // Relative: right behind every proxy, whatever host and scheme it shows.
    relativeLocation: true,
    allowedOrigins: isBedsideOrigin,
    namingFunction: (request) => {
      const name = names.get(request.runtime?.node?.req ?? {})
      if (name === undefined) throw new Error('an upload reached tus without admission')
      return name
    },
    onResponseError: (_request, error) => {
      noteFailure(context, error)
      return undefined
    },
    onUploadCreate: (_request, upload) => {
      const { recordingId, sha256 } = uploadMetadataSchema.parse(upload.metadata)
      return Promise.resolve({ metadata: { recordingId, sha256 } })
    },
  })

  // tus reads the body itself.
  app.addContentTypeParser(TUS_CONTENT, (_request, _payload, done) => done(null))

  // What tus-node-server leaves to others of the protocol's MUSTs.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (request.method === 'OPTIONS') return
    reply.header('tus-resumable', TUS_VERSION).header('tus-version', TUS_VERSION)
    if (request.headers['tus-resumable'] !== TUS_VERSION) throw new SpiraError('upload_protocol')
    if (methodOf(request) === 'PATCH' && request.headers['content-type'] !== TUS_CONTENT)
      throw new SpiraError('upload_type')
  }

  app.post(
    '/uploads',
    { onRequest, schema: { hide: true }, config: { rateLimit: perDevice(1200) } },
    async (request, reply) => {
      const device = deviceOf(request)
      const { byteLength, metadata } = await admit(context, device, request)
      const letGo = await holdPlace(device.id, byteLength)
      const id = newUploadId(device.id)
      try {
        if (isMoreThanCreation(request)) {
          names.set(request.raw, id)
          return await handOver(tus, request, reply)
        }
        const expiresAt = await createUpload(context.uploads.tus, { id, byteLength, metadata })
        if (expiresAt !== null) reply.header('upload-expires', expiresAt.toUTCString())
        return await reply.code(201).header('location', `${path}/${id}`).send()
      } finally {
        letGo()
      }
    },
  )
  app.options('/uploads', { schema: { hide: true } }, (request, reply) => handOver(tus, request, reply))
  app.route<{ Params: { uploadId: string } }>({
    method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS', 'POST'],
    url: '/uploads/:uploadId',
    onRequest,
    config: { rateLimit: perDevice(6000) },
    schema: { hide: true },
    handler: async (request, reply) => {
      requireOwner(request.params.uploadId, deviceOf(request).id)
      request.raw.method = methodOf(request)
      if (request.raw.method === 'POST') throw new SpiraError('not_found')
      if (request.raw.method === 'PATCH') return append(context, request.params.uploadId, request, reply)
      return handOver(tus, request, reply)
    },
  })
}

/** What tus answers to a request that it refuses, in its own words. */
const tusRefusalSchema = z.object({ status_code: z.number(), body: z.string() })

/** The one request that carries many bytes does not go through tus-node-server (writeOn.ts says why). */
async function append(
  context: ServerContext,
  uploadId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  try {
    const stores = { store: context.uploads.tus, locker: context.uploadLocks }
    const { offset, expiresAt, isWhole, metadata, ended } = await writeOn(stores, request.raw, uploadId, gone.signal)
    if (expiresAt !== null) reply.header('upload-expires', expiresAt.toUTCString())
    if (ended) reply.header('connection', 'close')
    if (isWhole && request.headers[RECEIPT_HEADER] === RECEIPT_WANTED) {
      const filing = { uploadId, ...uploadMetadataSchema.parse(metadata) }
      reply.header(RECEIPT_HEADER, receiptToHeader(await finaliseRecording(context, deviceOf(request), filing)))
    }
    return reply.code(204).header('upload-offset', String(offset)).send()
  } catch (error) {
    const refusal = tusRefusalSchema.safeParse(error)
    if (!refusal.success) throw error
    noteFailure(context, error)
    const { status_code: status, body } = refusal.data
    // What is still on its way is not read.
    return reply.code(status).header('connection', 'close').type('text/plain').send(body)
  }
}

/** A client that went away is none of the server's failures. */
function noteFailure({ log }: ServerContext, error: unknown): void {
  const sentence = machineFailure(error)
  if (sentence !== null) log.error({ err: error }, sentence)
}

/** A creation that brings bytes, or asks for what of the protocol is not kept. */
const isMoreThanCreation = ({ headers }: FastifyRequest): boolean =>
  ['content-type', 'upload-defer-length', 'upload-concat'].some((name) => name in headers)

/** A POST may stand for another method, for clients whose network lets no PATCH through. */
function methodOf({ method, headers }: FastifyRequest): string {
  const override = String(headers['x-http-method-override'] ?? '').toUpperCase()
  return method === 'POST' && ['HEAD', 'PATCH', 'DELETE'].includes(override) ? override : method
}

async function handOver(tus: Server, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  await tus.handle(request.raw, reply.raw)
}

/** Only the audio of a recording this device has told of, of the length and hash it told. */
async function admit({ db }: ServerContext, device: AuthenticatedDevice, request: FastifyRequest) {
  const parsed = uploadMetadataSchema.safeParse(parseMetadata(request.headers['upload-metadata']))
  if (!parsed.success)
    throw new SpiraError('invalid_request', { detail: 'Upload-Metadata needs recordingId and sha256' })
  if (Number(request.headers['upload-length']) > MAX_UPLOAD_BYTES)
    throw new SpiraError('upload_too_large', { most: MAX_UPLOAD_BYTES })
  const recording = await db
    .selectFrom('recordings')
    .select(['byteLength', 'sha256', 'filedAt'])
    .where('id', '=', parsed.data.recordingId)
    .where('deviceId', '=', device.id)
    .executeTakeFirst()
  if (recording === undefined) {
    const withdrawn = await isWithdrawnRecord(db, parsed.data.recordingId)
    throw new SpiraError(withdrawn ? 'participant_withdrawn' : 'recording_unknown')
  }
  if (recording.sha256 !== parsed.data.sha256) {
    throw recording.filedAt === null
      ? new SpiraError('invalid_request', { detail: 'sha256 is not that of the recording.saved event' })
      : new SpiraError('audio_conflict')
  }
  if (request.headers['upload-length'] !== String(recording.byteLength)) {
    throw new SpiraError('invalid_request', {
      detail: `Upload-Length is not the ${recording.byteLength} bytes of the recording.saved event`,
    })
  }
  return { byteLength: recording.byteLength, metadata: parsed.data }
}

/** tus 1.0, "Upload-Metadata": comma-separated pairs of a key and its base64 value. */
function parseMetadata(header: string | string[] | undefined): Record<string, string> {
  const pairs = String(header ?? '')
    .split(',')
    .map((pair) => pair.trim().split(' '))
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}
