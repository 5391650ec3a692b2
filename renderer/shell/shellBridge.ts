import type { ShellBridge, ShellErrorCode, ShellReply } from './bridge.ts'

/** The desktop shell's bridge; null on the web. */
export function shellBridge(): ShellBridge | null {
  const { spiraShell } = globalThis as { readonly spiraShell?: ShellBridge }
  return spiraShell ?? null
}

/** The shell did not do what it was asked; `message` is its sentence for the person. */
export class ShellRefusal extends Error {
  override readonly name = 'ShellRefusal'
  readonly code: ShellErrorCode

  constructor({ code, sentence }: Extract<ShellReply<unknown>, { ok: false }>) {
    super(sentence)
    this.code = code
  }
}

/** @throws ShellRefusal */
export function valueOf<T>(reply: ShellReply<T>): T {
  if (!reply.ok) throw new ShellRefusal(reply)
  return reply.value
}
