import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import type { Fetch } from '../../shared/protocol/deviceClient.ts'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}
export const connections = new Agent({ keepAlive: true })

/** By node:http: `fetch` costs more and copies a body three times, and these clients share the machine's processors with the servers. */
export async function ask(
  url: URL,
  method: 'GET' | 'POST' | 'PATCH',
  headers: Record<string, string>,
  body?: Uint8Array | string,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(url, { method, agent: connections, headers }, resolve).on('error', reject).end(body)
  const reply = await promise
  return { status: reply.statusCode, headers: reply.headers, text: await textOf(reply) }
}

/** The same, as a device's client asks. */
export const byNodeHttp: Fetch = async (url, { method, headers, body }) => {
  const { status = 0, text } = await ask(new URL(url), method, headers, body)
  return { status, type: 'default', text: () => Promise.resolve(text) }
}
