import type { z } from 'zod'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { apiErrorSchema } from '@spira/shared/protocol/deviceApi.ts'

/** A request that did not succeed. `code` is the server's, or `unreachable` / `not_the_server` when it said nothing of its own. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly code: string
  readonly kept: string | undefined

  constructor(code: string, message: string, kept?: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.kept = kept
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Asks the console API; a Blob goes as its bytes, anything else as JSON. @throws RequestFailure */
export async function request<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
  const reply = await send(method, path, body)
  const parsed = schema.safeParse(await reply.json().catch(() => undefined))
  if (!parsed.success)
    throw new RequestFailure('not_the_server', `${method} ${path}`, undefined, { cause: parsed.error })
  return parsed.data
}

/** The same where the answer holds nothing. @throws RequestFailure */
export async function command(method: Method, path: string, body?: unknown): Promise<void> {
  await send(method, path, body)
}

/** The same where the answer is a file. @throws RequestFailure */
export async function requestFile(method: Method, path: string, body?: unknown): Promise<Blob> {
  return (await send(method, path, body)).blob()
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  const reply = await fetch(`${CONSOLE_API}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      // A page of another site cannot set it.
      ...(method !== 'GET' && { 'x-spira-console': '1' }),
      ...(body !== undefined && {
        'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json',
      }),
    },
    ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new RequestFailure('unreachable', `${method} ${path}`, undefined, { cause })
  })
  if (reply.ok) return reply
  const refusal = apiErrorSchema.safeParse(await reply.json().catch(() => undefined))
  if (!refusal.success) throw new RequestFailure('not_the_server', `HTTP ${reply.status}`)
  throw new RequestFailure(refusal.data.code, refusal.data.message, refusal.data.kept)
}
