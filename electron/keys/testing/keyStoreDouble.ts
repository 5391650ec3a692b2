import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyStoreFacade } from '../deviceKey.ts'

type Backend = ReturnType<KeyStoreFacade['getSelectedStorageBackend']>

/**
 * The operating system's key store as Chromium uses it on Linux: AES-128-CBC, which does not notice every change of what it
 * decrypts. `secret` is what the store keeps; another one is a store that was reset.
 */
export function createKeyStoreDouble(): KeyStoreFacade & { backend: Backend; available: boolean; reset(): void } {
  let secret = randomBytes(16)
  const iv = Buffer.alloc(16, ' ')
  const store = {
    backend: 'gnome_libsecret' as Backend,
    available: true,
    reset: () => void (secret = randomBytes(16)),
    getSelectedStorageBackend: () => store.backend,
    isAsyncEncryptionAvailable: async () => store.available,
    async encryptStringAsync(text: string) {
      const cipher = createCipheriv('aes-128-cbc', secret, iv)
      return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    },
    async decryptStringAsync(bytes: Buffer) {
      const decipher = createDecipheriv('aes-128-cbc', secret, iv)
      const result = Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8')
      return { result, shouldReEncrypt: false }
    },
  }
  return store
}
