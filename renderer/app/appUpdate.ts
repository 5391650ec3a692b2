import { registerSW } from 'virtual:pwa-register'
import { createLive } from '../bedside/live.ts'

const offered = createLive(false)
const apply = registerSW({ immediate: true, onNeedRefresh: () => offered.set(true) })

/** A newer version of the app itself, waiting in the service worker until a person takes it. */
export const appUpdate = { offered, apply: () => apply(true) }
