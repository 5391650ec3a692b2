import { registerSW } from 'virtual:pwa-register'
import type { Live } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { ShellBridge, ShellUpdate } from '../shell/bridge.ts'
import { shellBridge, valueOf } from '../shell/shellBridge.ts'

export interface AppUpdate {
  readonly offered: Live<boolean>
  /** Starts the app anew in its new version. */
  apply(): Promise<unknown>
}

/** A newer version of the app waits, in the service worker or in the desktop app, until a person takes it. */
const bridge = shellBridge()
export const appUpdate: AppUpdate = bridge === null ? ofServiceWorker() : ofDesktopApp(bridge)

function ofServiceWorker(): AppUpdate {
  const offered = createLive(false)
  const apply = registerSW({ immediate: true, onNeedRefresh: () => offered.set(true) })
  return { offered, apply: () => apply(true) }
}

/** The desktop app's files come from itself: no service worker keeps them, and the whole app is updated. */
function ofDesktopApp(shell: ShellBridge): AppUpdate {
  const offered = createLive(false)
  const show = ({ kind }: ShellUpdate): void => offered.set(kind === 'ready')
  shell.onUpdate(show)
  shell.updateState().then(
    (reply) => reply.ok && show(reply.value),
    () => undefined,
  )
  return { offered, apply: async () => valueOf(await shell.installUpdate()) }
}
