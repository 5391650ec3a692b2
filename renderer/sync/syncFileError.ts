export type SyncFileErrorCode = 'receipts-invalid' | 'export-unsupported'

const MESSAGES: Readonly<Record<SyncFileErrorCode, string>> = {
  'receipts-invalid': 'This is not a file of receipts of this server for this device. Nothing was changed.',
  'export-unsupported': 'The server this device is enrolled with reads no carried files.',
}

/** Why waiting items could not be carried by file. Nothing was changed. */
export class SyncFileError extends Error {
  override readonly name = 'SyncFileError'
  readonly code: SyncFileErrorCode

  constructor(code: SyncFileErrorCode, options?: ErrorOptions) {
    super(MESSAGES[code], options)
    this.code = code
  }
}
