import { CONSOLE_API } from './consoleApi.ts'
import type { ConsoleOperations } from './consoleOperations.ts'
import { apiErrorSchema } from './deviceApi.ts'
import { isErrorCode, SpiraError } from './errors.ts'

type Name = keyof ConsoleOperations
/** The operations that have this answer. */
type WithAnswer<Answer> = { [Key in Name]: ConsoleOperations[Key]['answer'] extends Answer ? Key : never }[Name]
/** What an operation takes beside its name; a member that is null there is none. */
type Given<Key extends Name, Part extends 'path' | 'body'> = ConsoleOperations[Key][Part] extends null
  ? unknown
  : Pick<ConsoleOperations[Key], Part>
type Input<Key extends Name> = Given<Key, 'path'> &
  Given<Key, 'body'> &
  (ConsoleOperations[Key]['query'] extends null ? unknown : Partial<Pick<ConsoleOperations[Key], 'query'>>)
type Recordings = ConsoleOperations['GET /recordings']

interface Reply {
  readonly ok: boolean
  readonly status: number
  json(): Promise<unknown>
}
type Fetch<R extends Reply> = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<R>

export interface ConsoleClient<R extends Reply> {
  /** Asks, and gives the answer. @throws SpiraError the server's refusal */
  ask<Key extends Name>(operation: Key, input: Input<Key>): Promise<ConsoleOperations[Key]['answer']>
  /** Asks for what is not JSON: audio, an archive. @throws SpiraError the server's refusal */
  open<Key extends WithAnswer<null>>(operation: Key, input: Input<Key>): Promise<R>
  /** Every recording that the filters let through, page by page. */
  recordings(query: Recordings['query']): AsyncGenerator<Recordings['answer']['items'][number]>
}

/** What a program asks of a training server with a token of its owner's; typed by the server's own OpenAPI document. */
export function createConsoleClient<R extends Reply>(options: {
  readonly serverUrl: string
  readonly token: string
  readonly fetch: Fetch<R>
}): ConsoleClient<R> {
  const { serverUrl, token, fetch } = options
  const send = async (operation: Name, given: unknown): Promise<R> => {
    // `Input` of an operation that is not known here: some or none of these.
    const input = given as { path?: object; query?: object; body?: unknown }
    const [method = 'GET', template = ''] = operation.split(' ')
    const path = Object.entries(input.path ?? {}).reduce(
      (url, [name, value]) => url.replace(`{${name}}`, encodeURIComponent(String(value))),
      template,
    )
    const reply = await fetch(`${serverUrl}${CONSOLE_API}${path}${queryOf(input.query ?? {})}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(input.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    })
    if (reply.ok) return reply
    const refusal = apiErrorSchema.safeParse(await reply.json().catch(() => undefined))
    if (!refusal.success || !isErrorCode(refusal.data.code)) throw new Error(`${operation}: HTTP ${reply.status}`)
    throw SpiraError.received(refusal.data.code, refusal.data.message)
  }
  const ask: ConsoleClient<R>['ask'] = async (operation, input) =>
    // The server answers with what its document says: a test holds both to the same schemas.
    (await (await send(operation, input)).json()) as ConsoleOperations[typeof operation]['answer']
  return {
    ask,
    open: (operation, input) => send(operation, input),
    async *recordings(query) {
      let { cursor } = query
      for (;;) {
        const page: Recordings['answer'] = await ask('GET /recordings', {
          query: { ...query, ...(cursor !== undefined && { cursor }) },
        })
        yield* page.items
        if (page.nextCursor === null) return
        cursor = page.nextCursor
      }
    },
  }
}

/** A list is its name as often as it has members. */
function queryOf(query: object): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query) as [string, Value | readonly Value[]][])
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) pairs.append(name, String(each))
  const text = pairs.toString()
  return text === '' ? '' : `?${text}`
}
type Value = string | number | boolean | null | undefined
