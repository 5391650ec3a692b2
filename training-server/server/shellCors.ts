import type { FastifyInstance } from 'fastify'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { RECEIPT_HEADER } from '@spira/shared/protocol/receiptHeader.ts'

/** The desktop shell serves the bedside app from its own scheme. */
export const SHELL_ORIGIN = 'app://spira'
/** So does a web app that was installed from a folder of its own machine. */
const OWN_MACHINE = /^http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/

/** The only other origins, and only for devices: they sign each request; no cookie travels, and none is asked for. */
export const isBedsideOrigin = (origin: string): boolean => origin === SHELL_ORIGIN || OWN_MACHINE.test(origin)

const ALLOWED_HEADERS = `authorization, content-type, x-spira-protocol, tus-resumable, upload-length, upload-metadata, upload-offset, upload-defer-length, x-http-method-override, ${RECEIPT_HEADER}`
const EXPOSED_HEADERS = `location, tus-resumable, tus-version, upload-offset, upload-length, upload-metadata, retry-after, ${RECEIPT_HEADER}`

export function addShellCors(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const forDevices = request.url.startsWith(`${DEVICE_API}/`) || request.url === '/api/health'
    const { origin } = request.headers
    if (!forDevices || origin === undefined || !isBedsideOrigin(origin)) return
    reply
      .header('access-control-allow-origin', origin)
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
