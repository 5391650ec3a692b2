import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

/**
 * Measured with onnxruntime-web threads and WASM (cross-origin isolated): 'wasm-unsafe-eval' compiles WASM without eval;
 * Mantine writes style elements, hence 'unsafe-inline' for styles alone.
 */
const DIRECTIVES = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'connect-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
}

/** Made once: @fastify/helmet makes them anew for every request. */
const harden = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginEmbedderPolicy: { policy: 'require-corp' },
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
})

export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) =>
    harden(request.raw, reply.raw, (error) => done(error instanceof Error ? error : undefined)),
  )
}
