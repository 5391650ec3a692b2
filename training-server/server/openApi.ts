import type { FastifyInstance } from 'fastify'
import swagger from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { ERRORS } from '@spira/shared/protocol/errors.ts'
import { ROUTE_POLICY, TOKEN_SCOPE } from '../accounts/routePolicy.ts'
import { VERSION } from './version.ts'

const DESCRIPTION = `The schemas that the server holds requests to, as they stand in its code.

Programs sign in with a bearer token (console, "My account"), which has scopes and an end: \`x-token-scope\` says which one an operation
needs; those without one are for people alone. \`x-roles\` says whose role may call it. A browser's session needs the header
\`x-spira-console: 1\` with every change.

Lists that grow come in pages, the newest first: \`nextCursor\` of an answer is the \`cursor\` of the next question, null at the end.
Those that are bounded by nature come whole: sites, devices, people, a person's tokens and saved filters, protocols, channels, rollouts
and keys (as many as the places and the staff are), model versions with their withdrawals and run triggers (a few dozen a year), the
stages of one run, and what waits for a person (dead letters and label conflicts: the newest 200 of them).

At most 6,000 requests a
minute from one address; then 429 \`rate_limited\`, with the seconds to wait. A device may have 64 unfinished uploads of 512 MiB
together; then 429 \`uploads_pending\`.

Every refusal has the form of \`ApiError\`: a \`code\` that does not change (listed there), and a sentence for people.`

/** The document of all routes, made of the zod schemas and of the table of who may call what. Register it before them. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Spira Edge training server', version: VERSION, description: DESCRIPTION },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'spira-session' },
        },
        schemas: {
          ApiError: {
            type: 'object',
            required: ['code', 'message'],
            properties: {
              code: { type: 'string', enum: Object.keys(ERRORS) },
              message: { type: 'string' },
              kept: { type: 'string' },
            },
          },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      if (route.schema?.hide === true || !url.startsWith(CONSOLE_API)) return { schema, url }
      const path = url.slice(CONSOLE_API.length)
      const key = `${String(route.route.method).toUpperCase()} ${path}`
      const policy = ROUTE_POLICY[key]
      const scope = TOKEN_SCOPE[key]
      // Fastify leaves the type of a route's schema open.
      const answers = schema?.response as object | undefined
      return {
        url,
        schema: {
          ...schema,
          tags: [path.split('/')[1] ?? ''],
          security: policy === 'open' ? [] : [{ session: [] }, ...(scope === undefined ? [] : [{ token: [scope] }])],
          ...(Array.isArray(policy) && { 'x-roles': policy }),
          ...(scope !== undefined && { 'x-token-scope': scope }),
          response: {
            ...answers,
            '4xx': {
              description: 'Refused.',
              type: 'object',
              properties: { code: { type: 'string' }, message: { type: 'string' } },
              required: ['code', 'message'],
            },
          },
        },
      }
    },
  })
}
