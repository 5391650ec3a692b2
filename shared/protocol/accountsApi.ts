import { z } from 'zod'
import { roleSchema } from './consoleApi.ts'
import { idSchema, instantSchema } from './ids.ts'

/** A user name: what a person types to sign in and what the audit log names. */
export const usernameSchema = z
  .string()
  .trim()
  .min(2)
  .max(80)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u, 'letters, digits and . _ @ + - only')

/** How an account signs in: with a password kept here, or at the hospital's own sign-in (OpenID Connect). */
export const signInBySchema = z.enum(['password', 'oidc'])

/** `GET /accounts`: everybody who may use the console. */
export const accountRowSchema = z.object({
  id: idSchema,
  username: z.string(),
  role: roleSchema,
  signInBy: signInBySchema,
  /** `invited`: has an unused link and no password yet. `locked`: too many failed sign-ins; it opens by itself. */
  state: z.enum(['invited', 'active', 'locked', 'disabled']),
  secondFactor: z.boolean(),
  createdAt: instantSchema,
  lastSignInAt: instantSchema.nullable(),
})
export type AccountRow = z.infer<typeof accountRowSchema>

/** `POST /accounts`. With `password` the answer carries the link to give to the person; it works once. */
export const inviteBodySchema = z.object({
  username: usernameSchema,
  role: roleSchema,
  signInBy: signInBySchema.default('password'),
})
export const invitationSchema = z.object({
  accountId: idSchema,
  /** Path of the link with its secret after `#`, which no server log ever sees; null for who signs in elsewhere. */
  path: z.string().nullable(),
  expiresAt: instantSchema.nullable(),
})
export type Invitation = z.infer<typeof invitationSchema>

/** `POST /accounts/:id/role`. */
export const changeRoleBodySchema = z.object({ role: roleSchema })

/** `POST /invitations/open` says whose a link is; `POST /invitations/accept` sets the password and signs in. */
export const openInvitationBodySchema = z.object({ token: z.string().min(20).max(100) })
export const openInvitationReplySchema = z.object({ username: z.string(), role: roleSchema, expiresAt: instantSchema })
export const acceptInvitationBodySchema = openInvitationBodySchema.extend({ password: z.string().max(200) })

/** `POST /second-factor` begins (RFC 6238 secret, shown once), `POST /second-factor/confirm` switches it on. */
export const secondFactorBeginSchema = z.object({
  /** Base32, for who types it. */
  secret: z.string(),
  /** otpauth:// address, for a QR code. */
  uri: z.string(),
})
export const secondFactorCodeBodySchema = z.object({ code: z.string().trim().min(6).max(20) })
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) })
/** `GET /second-factor`. */
export const secondFactorSchema = z.object({ on: z.boolean(), recoveryCodesLeft: z.number().int() })

/** `GET /sign-in-methods`, open: what the sign-in page offers. */
export const signInMethodsSchema = z.object({ oidc: z.object({ label: z.string() }).nullable() })

/**
 * `GET|POST /api-tokens`, `DELETE /api-tokens/:id`: a token acts as its account, within its scopes and until it expires, by
 * the header `Authorization: Bearer …`. `read`: look. `export`: also make and fetch exports.
 */
export const tokenScopeSchema = z.enum(['read', 'export'])
export type TokenScope = z.infer<typeof tokenScopeSchema>
export const apiTokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  scopes: z.array(tokenScopeSchema),
  createdAt: instantSchema,
  expiresAt: instantSchema,
  lastUsedAt: instantSchema.nullable(),
})
export type ApiToken = z.infer<typeof apiTokenSchema>
export const createTokenBodySchema = z.object({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(tokenScopeSchema).min(1),
  days: z.number().int().min(1).max(366),
})
export const createdTokenSchema = apiTokenSchema.extend({ token: z.string() })
