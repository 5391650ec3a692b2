import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'

/** A plain name of a feed file or an installer: no folder, nothing hidden. */
const fileName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][\w.-]*\.(yml|exe|dmg|zip|AppImage|deb|blockmap)$/)

/**
 * The desktop app's updates, for devices in a hospital's network: the files of `<data>/app-updates/`, which the administrator
 * puts there, read-only and only by name. They are signed by the publisher of the app, not secret.
 */
export const appUpdateRoutes =
  ({ folders }: Pick<ServerContext, 'folders'>): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ file: z.string() })
    app.get('/:file', { schema: { params } }, async (request, reply) => {
      const file = fileName.safeParse(request.params.file)
      if (!file.success) throw new SpiraError('not_found')
      const path = join(folders.data, 'app-updates', file.data)
      const found = await lstat(path).catch(() => null)
      // Not through a link: it could lead out of the folder.
      if (found === null || !found.isFile()) throw new SpiraError('not_found')
      const isFeed = file.data.endsWith('.yml')
      reply
        .header('content-length', found.size)
        .header('cache-control', isFeed ? 'no-store' : 'public, max-age=31536000, immutable')
        .type(isFeed ? 'text/yaml; charset=utf-8' : 'application/octet-stream')
      return reply.send(createReadStream(path))
    })
  }
