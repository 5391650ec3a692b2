import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { signInMethodsSchema } from '@spira/shared/protocol/accountsApi.ts'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'
import { OidcSignIn, oidcSettingsOf } from './oidc.ts'
import { startSession } from './sessions.ts'

const STATE_COOKIE = 'spira-oidc'
const CALLBACK = `${CONSOLE_API}/oidc/callback`

const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`
const cookie = (request: FastifyRequest) =>
  // Lax: it must come along when the other sign-in sends the browser back.
  ({ httpOnly: true, sameSite: 'lax', path: CALLBACK, secure: request.protocol === 'https' }) as const

/** Sign-in at the hospital's own sign-in. A refusal comes back to the sign-in page as `#refused=<code>`. */
export const oidcRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const settings = oidcSettingsOf(process.env)
    const signIn = settings === null ? null : new OidcSignIn(context, settings)
    const rateLimit = { max: 30, timeWindow: '1 minute' }
    const refusal = (error: unknown): string => {
      if (!(error instanceof SpiraError)) throw error
      if (error.cause !== undefined) context.log.warn({ err: error.cause }, 'sign-in by OpenID Connect')
      return `/console/#refused=${error.code}`
    }

    app.get('/sign-in-methods', { schema: { response: { 200: signInMethodsSchema } } }, async () => ({
      oidc: settings === null ? null : { label: settings.SPIRA_OIDC_LABEL },
    }))
    app.get('/oidc/start', { config: { rateLimit } }, async (request, reply) => {
      if (signIn === null) throw new SpiraError('oidc_off')
      try {
        const { url, state } = await signIn.begin(originOf(request) + CALLBACK)
        reply.setCookie(STATE_COOKIE, state, { ...cookie(request), maxAge: 600 })
        return reply.redirect(url)
      } catch (error) {
        return reply.redirect(refusal(error))
      }
    })
    app.get(
      '/oidc/callback',
      { config: { rateLimit }, schema: { querystring: z.looseObject({ state: z.string().max(200).optional() }) } },
      async (request, reply) => {
        if (signIn === null) throw new SpiraError('oidc_off')
        const state = request.cookies[STATE_COOKIE]
        reply.clearCookie(STATE_COOKIE, cookie(request))
        try {
          // The browser that comes back is the one that was sent: nobody is signed in as somebody else by a link.
          if (state === undefined || state !== request.query.state) throw new SpiraError('oidc_failed')
          const account = await signIn.finish(new URL(request.url, originOf(request)), state)
          await startSession(context, account, request, reply)
          return await reply.redirect('/console/')
        } catch (error) {
          return reply.redirect(refusal(error))
        }
      },
    )
  }
