import type { ShellErrorCode } from '@spira/renderer/shell/bridge.ts'
import { shellText } from './languages/shellText.ts'

/** Every refusal of the shell. What it says to a person is in languages/; the message is for whoever reads the code's own logs. */
export class ShellError extends Error {
  override readonly name = 'ShellError'
  readonly code: ShellErrorCode

  constructor(code: ShellErrorCode, options?: ErrorOptions) {
    super(shellText('en', code), options)
    this.code = code
  }
}
