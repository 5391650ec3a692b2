import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron'
import { createShellLog } from './log/shellLog.ts'
import { defaultSettings } from './settings.ts'
import { startShell } from './shell.ts'

const here = dirname(fileURLToPath(import.meta.url))

function fail(event: string, error: unknown): void {
  createShellLog({ folder: app.getPath('logs') }).note(event, {}, error)
}
// The page records without the main process: an error here must not end it. The journals are scanned anew after one of theirs.
process.on('uncaughtException', (error) => fail('uncaught-exception', error))
process.on('unhandledRejection', (error) => fail('unhandled-rejection', error))

// Not awaited: Electron becomes ready only once this module is evaluated, and the shell waits for that (electron#40719).
startShell(
  {
    app,
    protocol,
    session: () => session.defaultSession,
    ipcMain,
    dialog,
    safeStorage,
    powerSaveBlocker,
    shell,
    menu: Menu,
    createWindow: (options) => new BrowserWindow(options),
  },
  {
    rendererFolder: join(here, '../../renderer/dist'),
    preload: join(here, 'preload.cjs'),
    settings: defaultSettings,
    argv: process.argv,
    platform: process.platform,
  },
).catch((error: unknown) => {
  fail('start-failed', error)
  dialog.showErrorBox(
    'Spira Edge',
    'The app could not be started. Nothing was changed. Is the disk full, or may this user not write to its own profile? Start it again; if this comes back, give shell.log to IT.',
  )
  app.exit(1)
})
