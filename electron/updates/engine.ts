import updater from 'electron-updater'
import type { UpdateEngine } from './appUpdates.ts'

/** electron-updater for this platform and package. It needs a running Electron: load this module only there. */
export const loadEngine = (): UpdateEngine => updater.autoUpdater
