import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { SpiraError } from '@spira/shared/protocol/errors.ts'

/** The built apps as this server gives them to browsers. */
export const APPS = [
  { path: '/bedside', title: 'bedside app', folder: fileURLToPath(new URL('../../renderer/dist', import.meta.url)) },
  { path: '/console', title: 'console', folder: fileURLToPath(new URL('../../apps/console/dist', import.meta.url)) },
] as const

export async function addApps(
  app: FastifyInstance,
  apps: readonly { path: string; title: string; folder: string }[] = APPS,
): Promise<void> {
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/bedside/'))
  for (const { path, title, folder } of apps) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => reply.redirect(`${path}/`))
    const built = await stat(`${folder}/index.html`).then(
      () => true,
      () => false,
    )
    if (!built) {
      const sentence = `The ${title} is not built yet. Run "npm run build" and start the server again.\n`
      app.get(`${path}/*`, { schema: { hide: true } }, async (_request, reply) =>
        reply.code(503).type('text/plain; charset=utf-8').send(sentence),
      )
      continue
    }
    await app.register(
      async (scope) => {
        await scope.register(fastifyStatic, {
          root: folder,
          prefix: '/',
          schemaHide: true,
          setHeaders: setCacheHeaders,
        })
        // Addresses inside the app are the app's own: any that names no file is answered with its page.
        scope.setNotFoundHandler(async (request, reply) => {
          const [address = ''] = request.url.split('?')
          if (request.method !== 'GET' || extname(address) !== '') throw new SpiraError('not_found')
          return reply.sendFile('index.html')
        })
      },
      { prefix: path },
    )
  }
}

/** Vite puts a hash into the names under assets/; all else is asked for again, so that an update arrives. */
function setCacheHeaders(reply: FastifyReply, path: string): void {
  reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
}
