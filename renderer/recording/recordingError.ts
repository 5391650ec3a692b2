export type RecordingErrorCode =
  | 'recording-in-progress'
  | 'recording-unknown'
  | 'recording-empty'
  | 'capture-failed'
  | 'recording-damaged'
  | 'audio-at-server'

const MESSAGES: Readonly<Record<RecordingErrorCode, string>> = {
  'recording-in-progress': 'A recording is already running. Stop it first.',
  'recording-unknown': 'This recording is not on this device, or not in a state that allows this.',
  'recording-damaged': 'Part of this recording can no longer be read from this device. What is left was not changed.',
  'audio-at-server': 'This audio is kept at the server; it was removed here after its receipt, to make room.',
  'recording-empty': 'No sound reached the disk: there is nothing to keep. Record again.',
  'capture-failed': 'The capture process stopped. What it had written is kept and offered as an interrupted recording.',
}

export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly code: RecordingErrorCode

  constructor(code: RecordingErrorCode, options?: ErrorOptions) {
    super(MESSAGES[code], options)
    this.code = code
  }
}
