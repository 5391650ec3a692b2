import type { AuthenticatedDevice } from './requireDevice.ts'

/** So long a device's token is believed without another look. A device revoked at another server process is refused after it. */
const BELIEVED_MS = 2000
const REMEMBERED = 1000

/** The tokens that were looked up a moment ago: a device that uploads asks several times a second. */
export class VerifiedTokens {
  readonly #devices = new Map<string, { readonly device: AuthenticatedDevice; readonly until: number }>()

  get(tokenHash: string): AuthenticatedDevice | null {
    const found = this.#devices.get(tokenHash)
    if (found !== undefined && found.until > Date.now()) return found.device
    this.#devices.delete(tokenHash)
    return null
  }

  /** @param expiresAt the token's own end. */
  remember(tokenHash: string, device: AuthenticatedDevice, expiresAt: Date): void {
    if (this.#devices.size >= REMEMBERED) this.#devices.clear()
    this.#devices.set(tokenHash, { device, until: Math.min(Date.now() + BELIEVED_MS, expiresAt.getTime()) })
  }

  /** A device was revoked: every token is looked up anew. */
  forget(): void {
    this.#devices.clear()
  }
}
