import type { FastifyRequest } from 'fastify'
import { pino, type DestinationStream, type Logger } from 'pino'

/**
 * The log: JSON lines on standard error. Nobody can be recognised in it (promise 9): a request is its method and its
 * route's pattern, never its address, headers or body; an error loses pseudonyms and what the database says of values.
 */
export function makeLog(options: { readonly level: string; readonly destination?: DestinationStream }): Logger {
  return pino(
    { level: options.level, base: null, serializers: { req: describeRequest, err: describeError } },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  )
}

const describeRequest = (request: FastifyRequest): object => ({
  method: request.method,
  route: request.routeOptions?.url ?? 'none',
})

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, code, constraint, table, stack } = error as Error &
    Partial<Record<'code' | 'constraint' | 'table', string>>
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '))
  // PostgreSQL quotes the offending values in its message and detail.
  const message = 'severity' in error ? 'the database refused' : withoutIdentity(error.message)
  return { type: name, code, constraint, table, message, frames: frames?.slice(0, 8) }
}

/** Pseudonyms, tokens and anything as long as one. */
const withoutIdentity = (text: string): string =>
  text.replaceAll(/P-[0-9A-HJKMNP-TV-Z]{5}/g, 'P-…').replaceAll(/[A-Za-z0-9_-]{30,}/g, '…')
