import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema, sha256Schema } from '@spira/shared/protocol/ids.ts'
import { RELEASE_FILES } from '@spira/shared/release/releaseTarget.ts'
import { byteRange } from '../blobs/byteRange.ts'
import type { ServerContext } from '../server/context.ts'

/** `models/<modelId>/<sha256>.<file>`: only this, so that no other blob can be asked for here. */
const targetSchema = z
  .templateLiteral([
    'models/',
    z.string(),
    '/',
    z.string(),
    '.',
    z.enum(['manifest.json', 'model.onnx', 'golden.json']),
  ])
  .transform((path) => {
    const [, modelId = '', stored = ''] = path.split('/')
    const dot = stored.indexOf('.')
    return { modelId, sha256: stored.slice(0, dot), name: stored.slice(dot + 1) }
  })
  .pipe(z.object({ modelId: idSchema, sha256: sha256Schema, name: z.string() }))

/** The TUF repository for devices, mirrors and anyone: what it serves is signed, not secret. */
export const tufRoutes =
  ({ db, blobs }: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ file: z.string().max(80) })
    app.get('/tuf/metadata/:file', { schema: { params } }, async (request, reply) => {
      const { file } = request.params
      const row = await db.selectFrom('tufMetadata').select('text').where('fileName', '=', file).executeTakeFirst()
      if (row === undefined) throw new SpiraError('not_found')
      // The timestamp alone changes under its name.
      reply.header('cache-control', file === 'timestamp.json' ? 'no-store' : 'public, max-age=31536000, immutable')
      return reply.type('application/json').serializer(String).send(row.text)
    })

    app.get('/tuf/targets/*', { schema: { params: z.object({ '*': z.string() }) } }, async (request, reply) => {
      const target = targetSchema.safeParse(request.params['*'])
      if (!target.success) throw new SpiraError('not_found')
      const { modelId, sha256, name } = target.data
      const released = await db
        .selectFrom('modelVersions')
        .select(['manifestSha256', 'onnxSha256', 'goldenSha256'])
        .where('modelId', '=', modelId)
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('releases').select('sequence').where('modelId', '=', modelId)),
        )
        .executeTakeFirst()
      const files: Readonly<Record<string, string | undefined>> = {
        [RELEASE_FILES.manifest.name]: released?.manifestSha256,
        [RELEASE_FILES.onnx.name]: released?.onnxSha256,
        [RELEASE_FILES.golden.name]: released?.goldenSha256,
      }
      if (files[name] !== sha256) throw new SpiraError('not_found')
      const size = await blobs.size(sha256)
      const range = byteRange(request.headers.range, size)
      reply.header('accept-ranges', 'bytes').header('cache-control', 'public, max-age=31536000, immutable')
      if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send()
      reply
        .type('application/octet-stream')
        .header('content-length', range === null ? size : range.end - range.start + 1)
      if (range === null) return reply.send(await blobs.open(sha256))
      reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
      return reply.send(await blobs.open(sha256, range))
    })
  }
