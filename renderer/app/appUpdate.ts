import { registerSW } from 'virtual:pwa-register'
import { createLive } from '../bedside/live.ts'
import { desktopUpdate } from '../shell/desktopUpdate.ts'
import { shellBridge } from '../shell/shellBridge.ts'

function webUpdate() {
  const offered = createLive(false)
  const apply = registerSW({ immediate: true, onNeedRefresh: () => offered.set(true) })
  return { offered, apply: () => apply(true) }
}

/**
 * A newer version of the app itself, waiting until a person takes it: in the service worker on the web; in the desktop app, whose
 * files come from itself and need no service worker, the whole app.
 */
const bridge = shellBridge()
export const appUpdate = bridge === null ? webUpdate() : desktopUpdate(bridge)
