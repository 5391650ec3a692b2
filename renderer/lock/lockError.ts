export type LockErrorCode = 'pin-wrong' | 'pin-wait' | 'pin-weak'

const MESSAGES: Readonly<Record<LockErrorCode, string>> = {
  'pin-wrong': 'The PIN is wrong.',
  'pin-wait': 'After several wrong PINs the next try has to wait.',
  'pin-weak': 'This PIN is too short or too simple.',
}

/** Why the device stayed locked, or its PIN as it was. Nothing was changed but the count of tries. */
export class LockError extends Error {
  override readonly name = 'LockError'
  readonly code: LockErrorCode

  constructor(code: LockErrorCode) {
    super(MESSAGES[code])
    this.code = code
  }
}
