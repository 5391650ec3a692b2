/** Failures with sentences of their own (`failure.<code>.happened`, `.kept`, `.next`); any other is shown with its code. */
export const FAILURES = [
  'enrolment_code_invalid',
  'server_unreachable',
  'not_the_server',
  'server_address_invalid',
  'server_address_insecure',
  'protocol_unsupported',
  'rate_limited',
  'device_revoked',
  'device_unknown',
  'recording-in-progress',
  'recording-unfinished',
  'recording-empty',
  'capture-failed',
  'encounter-open',
  'file-failed',
  'file-full',
  'file-unknown',
  'participant-withdrawn',
  'answers-unsettled',
  'participant-known',
  'identity-unsettled',
  'identity-replaced',
  'recordings-made',
  'take-unexplained',
  'pin-weak',
  'receipts-invalid',
  'export-unsupported',
] as const
export type Failure = (typeof FAILURES)[number] | 'unknown'

/** The code of an error of ours (SpiraError, SyncError, MicrophoneError …), or what else it says of itself. */
export function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message
  return String(error)
}

export const failureOf = (code: string): Failure => FAILURES.find((known) => known === code) ?? 'unknown'
