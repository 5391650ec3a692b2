export type StoreErrorCode = 'schema-newer' | 'locked'

const MESSAGES: Readonly<Record<StoreErrorCode, string>> = {
  'schema-newer':
    'The data on this device was written by a newer version of this app. Nothing was changed; open it with that version.',
  locked: 'This device is locked, or its key was replaced in another window. Nothing was changed; load the page again.',
}

/** Why this device's data cannot be opened. Nothing was changed. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode) {
    super(MESSAGES[code])
    this.code = code
  }
}
