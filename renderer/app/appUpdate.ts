import { registerSW } from 'virtual:pwa-register'
import { createLive } from '../bedside/live.ts'
import { desktopUpdate } from '../shell/desktopUpdate.ts'
import { shellBridge } from '../shell/shellBridge.ts'
import { whileNoEncounterIsOpen } from './encounterOpen.ts'

/** Offline, a look costs nothing and finds nothing. */
const LOOK_EVERY_MS = 60 * 60_000

function webUpdate() {
  const offered = createLive(false)
  const apply = registerSW({
    immediate: true,
    onNeedRefresh: () => offered.set(true),
    onRegisteredSW(_, registration) {
      // A ward's machine is seldom reloaded: the browser alone would not look.
      const look = () => registration?.update().catch(() => undefined)
      setInterval(() => void look(), LOOK_EVERY_MS)
    },
  })
  return { offered, apply: () => whileNoEncounterIsOpen(() => apply(true)) }
}

/**
 * A newer version of the app itself, waiting until a person takes it: in the service worker on the web; in the desktop app, whose
 * files come from itself and need no service worker, the whole app.
 */
const bridge = shellBridge()
export const appUpdate = bridge === null ? webUpdate() : desktopUpdate(bridge)
