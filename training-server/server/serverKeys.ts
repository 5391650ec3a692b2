import type { PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'

export interface SigningKey {
  /** SHA-256 thumbprint of the public key (shared/protocol/ed25519.ts). */
  readonly keyId: string
  readonly publicKey: PublicKeyJwk
  readonly privateKey: CryptoKey
}

/** Made on first start, kept in the data folder's keys/ with mode 0600, never in the repository. */
export interface ServerKeys {
  readonly receipt: SigningKey
}
