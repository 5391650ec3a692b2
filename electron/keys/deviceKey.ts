import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SafeStorage } from 'electron'
import { z } from 'zod'
import { ShellError } from '../shellError.ts'

/** The part of Electron's safeStorage that is used; synchronous and deprecated calls are not. */
export type KeyStoreFacade = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

export interface DeviceKeyParts {
  readonly safeStorage: KeyStoreFacade
  /** Holds device-key.json. */
  readonly folder: string
  readonly platform: NodeJS.Platform
  /** Whether something sealed with the key is on this machine: then a missing key is a loss and not a beginning. */
  readonly isNeeded: () => Promise<boolean>
}

/** The key the device's data is sealed with, wrapped by the operating system. It is never made anew behind a person's back. */
export interface DeviceKey {
  /**
   * @returns null when none was ever kept here.
   * @throws ShellError `key-store-unavailable`, `key-store-insecure`, `key-store-changed`, `key-missing`, `key-damaged`.
   */
  load(): Promise<Uint8Array<ArrayBuffer> | null>
  /** @throws ShellError `key-exists`, and as `load`. */
  keep(key: Uint8Array): Promise<void>
  /** The store that wrapped it, as recorded; null when there is no key here, or its file cannot be read. Opens nothing. */
  recordedBackend(): Promise<string | null>
}

const FILE = 'device-key.json'

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** The operating system's store that wrapped it: `keychain`, `dpapi`, or the Linux one by its name. */
  backend: z.string(),
  wrapped: z.base64(),
  /**
   * SHA-256 of the key. Chromium's Linux store encrypts without authentication (AES-CBC): a changed file may open to other bytes.
   * A random 256 bit key cannot be found from its hash.
   */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
type KeyFile = z.infer<typeof fileSchema>

export function createDeviceKey({ safeStorage, folder, platform, isNeeded }: DeviceKeyParts): DeviceKey {
  const path = join(folder, FILE)

  /** @throws ShellError when there is none, or one that protects nothing. */
  async function backend(): Promise<string> {
    if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text')
      throw new ShellError('key-store-insecure')
    if (!(await safeStorage.isAsyncEncryptionAvailable())) throw new ShellError('key-store-unavailable')
    if (platform === 'darwin') return 'keychain'
    if (platform === 'win32') return 'dpapi'
    const selected = safeStorage.getSelectedStorageBackend()
    if (selected === 'unknown') throw new ShellError('key-store-unavailable')
    return selected
  }

  return {
    async load() {
      const file = await readKeyFile(path)
      if (file === null) {
        if (await isNeeded()) throw new ShellError('key-missing')
        // Told now, and not when the first recording is to be kept.
        await backend()
        return null
      }
      if ((await backend()) !== file.backend) throw new ShellError('key-store-changed')
      const text = await safeStorage.decryptStringAsync(Buffer.from(file.wrapped, 'base64')).then(
        ({ result }) => result,
        (cause: unknown) => {
          throw new ShellError('key-damaged', { cause })
        },
      )
      const key = new Uint8Array(Buffer.from(text, 'base64'))
      if (sha256(key) !== file.sha256) throw new ShellError('key-damaged')
      return key
    },

    async keep(key) {
      if ((await readKeyFile(path)) !== null) throw new ShellError('key-exists')
      if (await isNeeded()) throw new ShellError('key-missing')
      const file: KeyFile = {
        version: 1,
        backend: await backend(),
        wrapped: (await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64'))).toString('base64'),
        sha256: sha256(key),
      }
      try {
        await writeDurably(path, `${JSON.stringify(file)}\n`)
      } catch (cause) {
        throw new ShellError('storage-failed', { cause })
      }
    },

    recordedBackend: () =>
      readKeyFile(path).then(
        (file) => file?.backend ?? null,
        () => null,
      ),
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** @returns null when there is no such file. @throws ShellError `key-damaged` for one that cannot be read as one. */
async function readKeyFile(path: string): Promise<KeyFile | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new ShellError('key-damaged', { cause })
  }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new ShellError('key-damaged', { cause })
  }
}

/** Whole or not at all, and on disk when it returns. */
async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  await rm(temporary, { force: true })
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
  if (process.platform === 'win32') return
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
