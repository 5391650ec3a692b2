import type { Live } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { ShellBridge, ShellUpdate } from './bridge.ts'
import { valueOf } from './shellBridge.ts'

/** The update of the desktop app that was downloaded and checked, until a person takes it or the app is closed. */
export function desktopUpdate(bridge: Pick<ShellBridge, 'onUpdate' | 'updateState' | 'installUpdate'>): {
  readonly offered: Live<boolean>
  /** Closes and opens the app in its new version; does nothing while an encounter is open. @throws ShellRefusal */
  apply(): Promise<unknown>
} {
  const offered = createLive(false)
  const show = ({ kind }: ShellUpdate): void => offered.set(kind === 'ready')
  bridge.onUpdate(show)
  bridge.updateState().then(
    (reply) => reply.ok && show(reply.value),
    () => undefined,
  )
  return { offered, apply: async () => valueOf(await bridge.installUpdate()) }
}
