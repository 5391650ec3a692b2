import type { ShellErrorCode } from '@spira/renderer/shell/bridge.ts'

/** Every refusal of the shell: what happened, what was kept, what to do. One table, so that a code has one meaning. */
const SENTENCES: Readonly<Record<ShellErrorCode, string>> = {
  'not-allowed': 'This page may not ask the shell for anything. Nothing was done.',
  'request-invalid': 'The shell was asked for something it does not understand. Nothing was done.',
  'journal-exists': 'A copy of this recording exists already; it was left as it is. Start a new recording.',
  'journal-unknown': 'The shell holds no copy of this recording. Nothing was changed.',
  'journal-damaged':
    'The beginning of this recording’s copy cannot be read. The file was left as it is for a person to look at.',
  'storage-full': 'The disk is full. What was recorded before is kept; free some space, then record again.',
  'storage-failed':
    'The disk refused to keep the last piece of the recording. What was acknowledged before is kept; restart the app, and have the disk checked if this comes again.',
  'key-store-unavailable':
    'The operating system’s key store is not available, so the device’s key can be neither kept nor opened. Nothing was changed. Sign in to the desktop (Linux: unlock GNOME Keyring or KWallet), then start the app again.',
  'key-store-insecure':
    'The operating system offers only a key store without protection (basic_text), which is refused. Nothing was stored. Set up GNOME Keyring or KWallet, then start the app again.',
  'key-store-changed':
    'The operating system’s key store is not the one this device’s key was kept with. Nothing was changed and no new key was made. Go back to the former key store, or ask IT to enrol this device anew.',
  'key-missing':
    'The device’s key is gone although recordings sealed with it are here. Nothing was changed and no new key was made. Restore the file device-key.json from a backup, or ask IT to enrol this device anew.',
  'key-damaged':
    'The device’s key cannot be opened: its file was changed, or the operating system’s key store was reset. Nothing was changed and no new key was made. Restore device-key.json from a backup, or ask IT to enrol this device anew.',
  'key-exists': 'This device has a key already; it was not replaced.',
  'file-too-large': 'The file is larger than the app can take. Nothing was read.',
  'file-failed': 'The file could not be read or written. Check the USB stick and try again.',
  internal: 'The shell failed. What was recorded is kept; start the app again.',
}

export class ShellError extends Error {
  override readonly name = 'ShellError'
  readonly code: ShellErrorCode

  constructor(code: ShellErrorCode, options?: ErrorOptions) {
    super(SENTENCES[code], options)
    this.code = code
  }
}
