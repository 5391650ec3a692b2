import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'

/**
 * What a feed file (latest.yml, latest-mac.yml, latest-linux.yml) says of an update, as far as it is signed. The share of
 * devices (`stagingPercentage`) is not: the hospital's IT sets the pace of a rollout without the publisher's key, and all it
 * can do with it is to hold an update back.
 */
export const signedUpdateSchema = z.looseObject({
  version: z.string(),
  files: z.array(z.looseObject({ url: z.string(), sha512: z.string(), size: z.number().optional() })).min(1),
  minimumSystemVersion: z.string().optional(),
})

export type SignedUpdate = z.infer<typeof signedUpdateSchema>

/** The text under the signature. Lines, so that nobody has to agree on how YAML or JSON is written. */
export const statementOf = ({ version, files, minimumSystemVersion }: SignedUpdate): string =>
  [
    'spira-edge app update 1',
    JSON.stringify(version),
    JSON.stringify(minimumSystemVersion ?? null),
    ...files.map(({ url, sha512, size }) => JSON.stringify([url, sha512, size ?? null])).sort(),
    '',
  ].join('\n')

/** @param privateKey Ed25519, PEM. @returns the signature, base64. */
export function signUpdate(update: SignedUpdate, privateKey: string): string {
  return sign(null, Buffer.from(statementOf(update)), ed25519(createPrivateKey(privateKey))).toString('base64')
}

/** Whether `signature` (base64) over the update is of the key that this build trusts (Ed25519, PEM). */
export function isSignedBy(update: SignedUpdate, signature: string, publicKey: string): boolean {
  return verify(
    null,
    Buffer.from(statementOf(update)),
    ed25519(createPublicKey(publicKey)),
    Buffer.from(signature, 'base64'),
  )
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('App updates are signed with an Ed25519 key.')
  return key
}
