/** Why talking to the server failed before the server could refuse anything. What the server itself refuses is a SpiraError. */
export const SYNC_ERRORS = {
  server_unreachable:
    'The training server does not answer. Everything stays on this device and is sent when the server can be reached.',
  not_the_server:
    'Something other than the training server answers at this address, for example the sign-in page of a wireless network. Nothing counts as sent; everything stays on this device.',
  refusal_unknown:
    'The server refused with a reason that this version of the app does not know. Everything stays on this device; update the app.',
  server_address_invalid: 'This is not the address of a server. It looks like https://spira.example.org.',
  server_address_insecure:
    'The address must begin with https://, so that nobody on the network can read along. Plain http:// is for a server on this very machine.',
} as const

export type SyncErrorCode = keyof typeof SYNC_ERRORS

export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly code: SyncErrorCode

  /** `detail`: what exactly was seen, for the log of a technician; never an identity. */
  constructor(code: SyncErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? SYNC_ERRORS[code] : `${SYNC_ERRORS[code]} (${detail})`, options)
    this.code = code
  }
}
