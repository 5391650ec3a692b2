import type { FastifyInstance } from 'fastify'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'

/** The desktop shell serves the bedside app from its own scheme; it is the only other origin, and only for devices. */
export const SHELL_ORIGIN = 'app://spira'

const ALLOWED_HEADERS =
  'authorization, content-type, x-spira-protocol, tus-resumable, upload-length, upload-metadata, upload-offset, upload-defer-length, x-http-method-override'
const EXPOSED_HEADERS =
  'location, tus-resumable, tus-version, upload-offset, upload-length, upload-metadata, retry-after'

export function addShellCors(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const forDevices = request.url.startsWith(`${DEVICE_API}/`) || request.url === '/api/health'
    if (!forDevices || request.headers.origin !== SHELL_ORIGIN) return
    reply
      .header('access-control-allow-origin', SHELL_ORIGIN)
      .header('vary', 'origin')
      .header('access-control-expose-headers', EXPOSED_HEADERS)
    // What is embedded by a cross-origin isolated page must say that it may be.
    reply.header('cross-origin-resource-policy', 'cross-origin')
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
    reply
      .header('access-control-allow-methods', 'GET, HEAD, POST, PATCH, DELETE')
      .header('access-control-allow-headers', ALLOWED_HEADERS)
    return reply.header('access-control-max-age', '600').code(204).send()
  })
}
