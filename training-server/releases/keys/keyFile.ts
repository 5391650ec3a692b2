import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { tufKey, type TufKey } from './tufKey.ts'

/**
 * A signing key in a file of its own, to be kept away from the server: the private half is sealed with AES-256-GCM under a key that
 * argon2id (RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes) derives from a passphrase. The public half is readable, and bound
 * to the sealed one: a file whose public half was exchanged does not open.
 */
const keyFileSchema = z.object({
  schema: z.literal('spira-release-key/1'),
  keyType: z.literal('ed25519'),
  publicKey: z.base64(),
  createdAt: z.string(),
  kdf: z.object({
    name: z.literal('argon2id'),
    memoryKiB: z.number().int().min(65_536).max(4_194_304),
    passes: z.number().int().min(1).max(64),
    lanes: z.number().int().min(1).max(16),
    nonce: z.base64(),
  }),
  sealed: z.object({ cipher: z.literal('AES-256-GCM'), iv: z.base64(), tag: z.base64(), bytes: z.base64() }),
})
type KeyFile = z.infer<typeof keyFileSchema>

const COST = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const
export const MIN_PASSPHRASE = 12

const derive = promisify(argon2)

/** Makes a key and writes it to `path`, which must not exist; mode 0600. @returns the key, ready to sign. */
export async function makeKeyFile(path: string, passphrase: string): Promise<TufKey> {
  if (passphrase.length < MIN_PASSPHRASE)
    throw new Error(`The passphrase has ${passphrase.length} characters; use at least ${MIN_PASSPHRASE}.`)
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  const publicKey = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey))
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  const kdf = { name: 'argon2id', ...COST, nonce: randomBytes(16).toString('base64') } as const
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, kdf), iv).setAAD(publicKey)
  const bytes = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  const file: KeyFile = {
    schema: 'spira-release-key/1',
    keyType: 'ed25519',
    publicKey: publicKey.toString('base64'),
    createdAt: new Date().toISOString(),
    kdf,
    sealed: {
      cipher: 'AES-256-GCM',
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      bytes: bytes.toString('base64'),
    },
  }
  const handle = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be made (${cause.code}). An existing key is never overwritten.`, { cause })
  })
  try {
    await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  // What cannot be opened again is worth nothing: found out now.
  return openKeyFile(path, passphrase)
}

/** @throws Error when it is no key file, or the passphrase is another. */
export async function openKeyFile(path: string, passphrase: string): Promise<TufKey> {
  const { publicKey, kdf, sealed } = await readKeyFile(path)
  const raw = Buffer.from(publicKey, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, kdf), Buffer.from(sealed.iv, 'base64'))
    .setAAD(raw)
    .setAuthTag(Buffer.from(sealed.tag, 'base64'))
  let pkcs8: Buffer<ArrayBuffer>
  try {
    pkcs8 = Buffer.concat([decipher.update(Buffer.from(sealed.bytes, 'base64')), decipher.final()])
  } catch (cause) {
    throw new Error(`${path} does not open: another passphrase, or the file was changed.`, { cause })
  }
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
  pkcs8.fill(0)
  return tufKey(raw, privateKey)
}

/** The public half, without a passphrase. @returns 32 bytes. */
export const publicHalf = async (path: string): Promise<Uint8Array> =>
  Buffer.from((await readKeyFile(path)).publicKey, 'base64')

async function readKeyFile(path: string): Promise<KeyFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read (${cause.code}).`, { cause })
  })
  try {
    return keyFileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${path} is no release key file.`, { cause })
  }
}

const keyOf = (passphrase: string, { memoryKiB, passes, lanes, nonce }: KeyFile['kdf']): Promise<Buffer> =>
  derive('argon2id', {
    message: passphrase.normalize('NFKC'),
    nonce: Buffer.from(nonce, 'base64'),
    memory: memoryKiB,
    passes,
    parallelism: lanes,
    tagLength: 32,
  })
