import { Server } from '@tus/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { deviceOf, type AuthenticatedDevice } from '../fleet/requireDevice.ts'
import { isWithdrawnRecord } from '../participants/tombstone.ts'
import type { ServerContext } from '../server/context.ts'
import { isBedsideOrigin } from '../server/shellCors.ts'
import { type UploadStore, uploadMetadataSchema } from './uploadStore.ts'

const MAX_UPLOAD_BYTES = 64 * 1024 * 1024

/**
 * tus 1.0 under /uploads. Who may do what is decided here, before tus sees the request. Its in-memory lock keeps two
 * requests from writing one upload at once; that needs the one server process per database which serverLock.ts holds.
 */
export function addUploadRoutes(app: FastifyInstance, context: ServerContext, store: UploadStore): void {
  const path = `${DEVICE_API}/uploads`
  /** The name of the upload that a request in progress creates. */
  const names = new WeakMap<object, string>()
  const tus = new Server({
    path,
    datastore: store.tus,
    maxSize: MAX_UPLOAD_BYTES,
    // Relative: right behind every proxy, whatever host and scheme it shows.
    relativeLocation: true,
    allowedOrigins: isBedsideOrigin,
    namingFunction: (request) => {
      const name = names.get(request.runtime?.node?.req ?? {})
      if (name === undefined) throw new Error('an upload reached tus without admission')
      return name
    },
    onUploadCreate: (_request, upload) => {
      const { recordingId, sha256 } = uploadMetadataSchema.parse(upload.metadata)
      return Promise.resolve({ metadata: { recordingId, sha256 } })
    },
  })

  // tus reads the body itself.
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null))

  app.post('/uploads', { schema: { hide: true } }, async (request, reply) => {
    const device = deviceOf(request)
    await admit(context, device, request)
    names.set(request.raw, store.newId(device.id))
    return handOver(tus, request, reply)
  })
  app.route<{ Params: { uploadId: string } }>({
    method: ['HEAD', 'PATCH', 'DELETE'],
    url: '/uploads/:uploadId',
    schema: { hide: true },
    handler: async (request, reply) => {
      store.requireOwner(request.params.uploadId, deviceOf(request).id)
      return handOver(tus, request, reply)
    },
  })
}

async function handOver(tus: Server, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  await tus.handle(request.raw, reply.raw)
}

/** Only the audio of a recording this device has told of, of the length and hash it told. */
async function admit({ db }: ServerContext, device: AuthenticatedDevice, request: FastifyRequest): Promise<void> {
  const parsed = uploadMetadataSchema.safeParse(parseMetadata(request.headers['upload-metadata']))
  if (!parsed.success)
    throw new SpiraError('invalid_request', { detail: 'Upload-Metadata needs recordingId and sha256' })
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
  if (recording.byteLength > MAX_UPLOAD_BYTES)
    throw new SpiraError('invalid_request', { detail: `more than ${MAX_UPLOAD_BYTES} bytes` })
  if (request.headers['upload-length'] !== String(recording.byteLength)) {
    throw new SpiraError('invalid_request', {
      detail: `Upload-Length is not the ${recording.byteLength} bytes of the recording.saved event`,
    })
  }
}

/** tus 1.0, "Upload-Metadata": comma-separated pairs of a key and its base64 value. */
function parseMetadata(header: string | string[] | undefined): Record<string, string> {
  const pairs = String(header ?? '')
    .split(',')
    .map((pair) => pair.trim().split(' '))
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}
