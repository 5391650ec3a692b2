import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron'
import { shellLanguageOf, shellText } from './languages/shellText.ts'
import { createShellLog } from './log/shellLog.ts'
import { parsePolicy, policyFileOf } from './policy.ts'
import { startShell } from './shell.ts'
import { startUpdates } from './updates/startUpdates.ts'

/** Null when there is no such file. One that is there and cannot be read is no policy that can be followed. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : ''
  }
}

const here = dirname(fileURLToPath(import.meta.url))

function fail(event: string, error: unknown): void {
  createShellLog({ folder: app.getPath('logs') }).note(event, {}, error)
}
// The page records without the main process: an error here must not end it. The journals are scanned anew after one of theirs.
process.on('uncaughtException', (error) => fail('uncaught-exception', error))
process.on('unhandledRejection', (error) => fail('unhandled-rejection', error))

const policy = parsePolicy(textOf(policyFileOf(process.platform, process.env)))
if (policy.problems.length > 0)
  app
    .whenReady()
    .then(() => dialog.showMessageBox({ type: 'warning', title: 'Spira Edge', message: policy.problems.join('\n\n') }))
    .catch((error: unknown) => fail('policy-warning-failed', error))

// Not awaited: Electron becomes ready only once this module is evaluated, and the shell waits for that (electron#40719).
startShell(
  {
    app,
    protocol,
    session: () => session.defaultSession,
    ipcMain,
    dialog,
    safeStorage,
    powerMonitor,
    powerSaveBlocker,
    shell,
    menu: Menu,
    createWindow: (options) => new BrowserWindow(options),
  },
  {
    rendererFolder: join(here, '../../renderer/dist'),
    preload: join(here, 'preload.cjs'),
    settings: policy.settings,
    policyProblems: policy.problems.length,
    argv: process.argv,
    platform: process.platform,
    startUpdates: (given) =>
      startUpdates({
        ...given,
        appFolder: app.getAppPath(),
        packageType: textOf(join(process.resourcesPath, 'package-type'))?.trim() ?? null,
        // A module of its own: electron-updater needs a running Electron, and most builds leave updates to IT.
        loadEngine: async () => (await import('./updates/engine.ts')).loadEngine(),
      }),
  },
).catch((error: unknown) => {
  fail('start-failed', error)
  dialog.showErrorBox('Spira Edge', shellText(shellLanguageOf(app.getLocale()), 'start-failed'))
  app.exit(1)
})
