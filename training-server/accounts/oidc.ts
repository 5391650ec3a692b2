import * as client from 'openid-client'
import { z } from 'zod'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { newSecret, secretHash } from './secretHash.ts'

/** The hospital's own sign-in (OpenID Connect), from the environment of the server. */
export const oidcSettingsSchema = z.object({
  SPIRA_OIDC_ISSUER: z.url(),
  SPIRA_OIDC_CLIENT_ID: z.string().min(1),
  SPIRA_OIDC_CLIENT_SECRET: z.string().min(1),
  /** What the button says, for example the hospital's name. */
  SPIRA_OIDC_LABEL: z.string().min(1).max(60).default('OpenID Connect'),
})
export type OidcSettings = z.infer<typeof oidcSettingsSchema>

/** @returns null where none is set up. @throws ZodError naming the variable that is wrong. */
export const oidcSettingsOf = (env: NodeJS.ProcessEnv): OidcSettings | null =>
  env['SPIRA_OIDC_ISSUER'] === undefined ? null : oidcSettingsSchema.parse(env)

const MINUTES_TO_SIGN_IN = 10

/** Sign-in by authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636). */
export class OidcSignIn {
  readonly #context: ServerContext
  readonly #settings: OidcSettings
  #found: Promise<client.Configuration> | null = null

  constructor(context: ServerContext, settings: OidcSettings) {
    this.#context = context
    this.#settings = settings
  }

  /** @returns where to send the browser, and the state to keep with it until it comes back. */
  async begin(redirectUri: string): Promise<{ readonly url: string; readonly state: string }> {
    const { db } = this.#context
    const [state, nonce, verifier] = [newSecret(), newSecret(), client.randomPKCECodeVerifier()]
    const expiresAt = new Date(Date.now() + MINUTES_TO_SIGN_IN * 60_000)
    await db.deleteFrom('oidcSignIns').where('expiresAt', '<', new Date()).execute()
    await db
      .insertInto('oidcSignIns')
      .values({ stateHash: secretHash(state), verifier, nonce, expiresAt })
      .execute()
    const url = client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    return { url: url.href, state }
  }

  /**
   * The invited account of who comes back. The first time, it is found by name (`preferred_username`, or `email` where the
   * issuer says that it is verified) and bound to the issuer's subject; from then on by the subject alone.
   *
   * @throws SpiraError oidc_failed, oidc_unknown
   */
  async finish(returned: URL, state: string): Promise<Account> {
    const { db } = this.#context
    const begun = await db
      .deleteFrom('oidcSignIns')
      .where('stateHash', '=', secretHash(state))
      .where('expiresAt', '>', new Date())
      .returning(['verifier', 'nonce'])
      .executeTakeFirst()
    if (begun === undefined) throw new SpiraError('oidc_failed')
    try {
      const configuration = await this.#configuration()
      const tokens = await client.authorizationCodeGrant(configuration, returned, {
        pkceCodeVerifier: begun.verifier,
        expectedNonce: begun.nonce,
        expectedState: state,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new SpiraError('oidc_failed')
      // Most providers keep names out of the ID token and tell them here (OpenID Connect Core 1.0, 5.4).
      const person = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
      return await this.#accountOf(`${claims.iss}#${claims.sub}`, namesOf(person))
    } catch (cause) {
      throw cause instanceof SpiraError ? cause : new SpiraError('oidc_failed', {}, { cause })
    }
  }

  #accountOf(subject: string, names: readonly string[]): Promise<Account> {
    return this.#context.db.transaction().execute(async (trx) => {
      const account = await trx
        .selectFrom('accounts')
        .select(['id', 'username', 'role', 'oidcSubject'])
        .where('signInBy', '=', 'oidc')
        .where('disabledAt', 'is', null)
        .where((is) =>
          names.length === 0
            ? is('oidcSubject', '=', subject)
            : is.or([
                is('oidcSubject', '=', subject),
                is.and([is('oidcSubject', 'is', null), is('username', 'in', names)]),
              ]),
        )
        .orderBy('oidcSubject', (order) => order.asc().nullsLast())
        .forUpdate()
        .executeTakeFirst()
      if (account === undefined) throw new SpiraError('oidc_unknown')
      await trx
        .updateTable('accounts')
        .set({ oidcSubject: subject, lastSignInAt: new Date() })
        .where('id', '=', account.id)
        .execute()
      const name = `account:${account.username}`
      await appendAudit(trx, { actor: name, action: 'account.signed-in-by-oidc', subject: name })
      return { id: account.id, username: account.username, role: account.role, mustChangePassword: false }
    })
  }

  /** Asked once; after a failure asked again, so that an issuer that was down when the server started is found later. */
  #configuration(): Promise<client.Configuration> {
    const { SPIRA_OIDC_ISSUER, SPIRA_OIDC_CLIENT_ID, SPIRA_OIDC_CLIENT_SECRET } = this.#settings
    const issuer = new URL(SPIRA_OIDC_ISSUER)
    // In the clear only to this very machine.
    const local = issuer.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname)
    this.#found ??= client
      .discovery(issuer, SPIRA_OIDC_CLIENT_ID, SPIRA_OIDC_CLIENT_SECRET, undefined, {
        ...(local && { execute: [client.allowInsecureRequests] }),
      })
      .catch((cause: unknown) => {
        this.#found = null
        throw new SpiraError('oidc_failed', {}, { cause })
      })
    return this.#found
  }
}

function namesOf({ preferred_username: username, email, email_verified: verified }: client.UserInfoResponse): string[] {
  return [username, verified === true ? email : undefined].filter((name) => typeof name === 'string')
}
