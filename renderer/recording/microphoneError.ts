import type { MicrophoneErrorCode } from '../bedside/bedside.ts'

/** The microphone cannot be used, or no room is left to record. The sentence a person reads is in the languages, by code. */
export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError'
  readonly code: MicrophoneErrorCode

  constructor(code: MicrophoneErrorCode, options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }
}

/** What getUserMedia's refusals mean (Media Capture and Streams, section 10.2), whatever else is thrown being a defect. */
export function microphoneErrorOf(error: unknown): unknown {
  const code = error instanceof Error ? CODES.get(error.name) : undefined
  return code === undefined ? error : new MicrophoneError(code, { cause: error })
}

const CODES: ReadonlyMap<string, MicrophoneErrorCode> = new Map([
  ['NotAllowedError', 'microphone-refused'],
  ['SecurityError', 'microphone-refused'],
  ['NotFoundError', 'microphone-missing'],
  ['OverconstrainedError', 'microphone-missing'],
  ['NotReadableError', 'microphone-busy'],
  ['AbortError', 'microphone-busy'],
])
