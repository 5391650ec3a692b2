import { z } from 'zod'
import type { PublicKeyJwk } from './deviceApi.ts'
import { verifyJson } from './ed25519.ts'
import { SpiraError } from './errors.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'

/** The server's signed order to a lost device: erase what is pending and what is kept. */
export const signedRevocationSchema = z.object({
  revocation: z.object({
    serverId: idSchema,
    deviceId: idSchema,
    revokedAt: instantSchema,
    order: z.literal('erase'),
  }),
  keyId: sha256Schema,
  /** Base64 Ed25519 over the UTF-8 canonical JSON of `revocation`, by the pinned receipt key. */
  signature: z.base64(),
})
export type SignedRevocation = z.infer<typeof signedRevocationSchema>

/**
 * `device_revoked` with the order signed by the pinned key and verified: the device erases. A `device_revoked` that is a plain
 * SpiraError came without it: the device keeps everything and says so.
 */
export class DeviceRevoked extends SpiraError {
  readonly revocation: SignedRevocation['revocation']

  constructor(revocation: SignedRevocation['revocation']) {
    super('device_revoked')
    this.revocation = revocation
  }
}

/** Whether the pinned key signed this order for this very device. */
export async function isRevocationOf(
  { revocation, keyId, signature }: SignedRevocation,
  pinned: {
    readonly serverId: string
    readonly deviceId: string
    readonly receiptKey: { readonly keyId: string; readonly publicKey: PublicKeyJwk }
  },
): Promise<boolean> {
  const { serverId, deviceId, receiptKey } = pinned
  const ours = revocation.serverId === serverId && revocation.deviceId === deviceId && keyId === receiptKey.keyId
  return ours && (await verifyJson(revocation, signature, receiptKey.publicKey))
}
