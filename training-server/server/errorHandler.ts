import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { ApiError } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { RevokedWithOrder } from '../fleet/revoke.ts'
import { machineFailure } from './machineFailure.ts'

/** Every refusal leaves the server here, in the form of the one table (shared/protocol/errors.ts). */
export function handleError(
  error: FastifyError | SpiraError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, refusal } = refusalOf(error)
  if (refusal.code === 'internal') request.log.error({ err: error }, machineFailure(error) ?? 'request failed')
  const body: ApiError = {
    code: refusal.code,
    message: refusal.message,
    ...(refusal instanceof RevokedWithOrder && { revocation: refusal.revocation }),
  }
  return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(body)
}

function refusalOf(error: FastifyError | SpiraError | Error): { status: number; refusal: SpiraError } {
  if (error instanceof SpiraError) return { status: error.status, refusal: error }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation
    return plain(
      new SpiraError(
        'invalid_request',
        { detail: `${issue?.instancePath ?? ''} ${issue?.message ?? ''}`.trim() },
        { cause: error },
      ),
    )
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  // Fastify's own refusals (a body that is no JSON, too large, of another type) keep their status.
  if (status >= 400 && status < 500)
    return { status, refusal: new SpiraError('invalid_request', { detail: error.message }, { cause: error }) }
  return plain(new SpiraError('internal', {}, { cause: error }))
}

const plain = (refusal: SpiraError): { status: number; refusal: SpiraError } => ({ status: refusal.status, refusal })
