import type { ImportFailure } from '@spira/shared/protocol/importsApi.ts'

/** Audio that cannot be taken, and why. */
export class AudioFailure extends Error {
  override readonly name = 'AudioFailure'
  readonly reason: ImportFailure

  constructor(reason: ImportFailure, options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}
