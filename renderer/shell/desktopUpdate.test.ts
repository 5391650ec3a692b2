import { expect, it, vi } from 'vitest'
import type { ShellReply, ShellUpdate } from './bridge.ts'
import { desktopUpdate } from './desktopUpdate.ts'

function shell(before: ShellUpdate) {
  let tell: ((update: ShellUpdate) => void) | null = null
  const installUpdate = vi.fn<() => Promise<ShellReply<'installing'>>>(async () => ({ ok: true, value: 'installing' }))
  const bridge = {
    onUpdate: (listener: (update: ShellUpdate) => void) => void (tell = listener),
    updateState: async (): Promise<ShellReply<ShellUpdate>> => ({ ok: true, value: before }),
    installUpdate,
  }
  return { bridge, installUpdate, tell: (update: ShellUpdate) => tell?.(update) }
}

it('is offered when it is ready, before the page came or after, and taken only when a person says so', async () => {
  const early = shell({ kind: 'ready', version: '1.5.0' })
  const { offered } = desktopUpdate(early.bridge)
  await vi.waitFor(() => expect(offered.get()).toBe(true))

  const late = shell({ kind: 'current' })
  const update = desktopUpdate(late.bridge)
  await new Promise((settled) => setTimeout(settled, 10))
  expect(update.offered.get()).toBe(false)
  late.tell({ kind: 'failed', reason: 'unsigned' })
  expect(update.offered.get()).toBe(false)
  late.tell({ kind: 'ready', version: '1.5.0' })
  expect(update.offered.get()).toBe(true)
  expect(late.installUpdate).not.toHaveBeenCalled()
  await update.apply()
  expect(late.installUpdate).toHaveBeenCalledOnce()
})
