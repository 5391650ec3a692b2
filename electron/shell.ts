import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  App,
  BrowserWindow,
  Dialog,
  IpcMain,
  Menu,
  PowerSaveBlocker,
  Protocol,
  Shell,
  WebContents,
} from 'electron'
import { createAppProtocol } from './appProtocol.ts'
import { isOurPage, serveBridge } from './bridge.ts'
import { QUIT_ASKED } from './channels.ts'
import { confine } from './confinement.ts'
import { createChosenFiles } from './files/chosenFiles.ts'
import { openJournals } from './journal/journals.ts'
import { createDeviceKey, type KeyStoreFacade } from './keys/deviceKey.ts'
import { launchOf, startUrl } from './launch.ts'
import { createShellLog, type ShellLog } from './log/shellLog.ts'
import { applyMenu } from './menu.ts'
import { type SessionFacade, secureSession } from './network/secureSession.ts'
import { serverOf } from './policy.ts'
import { createRecordingGuard } from './quit/recordingGuard.ts'
import type { ShellSettings } from './settings.ts'
import { createShellHandlers } from './shellHandlers.ts'
import type { RunningUpdates, UpdateStart } from './updates/startUpdates.ts'
import { windowOptions } from './windowOptions.ts'

/** The part of Electron's API the shell uses, typed by Electron itself; main.ts hands in the real one, the tests a recorder. */
export interface ElectronFacade {
  readonly app: Pick<
    App,
    | 'requestSingleInstanceLock'
    | 'quit'
    | 'whenReady'
    | 'on'
    | 'enableSandbox'
    | 'getPath'
    | 'getVersion'
    | 'isPackaged'
  >
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>
  /** Electron's default session, which exists only once the app is ready. */
  readonly session: () => SessionFacade
  readonly ipcMain: Pick<IpcMain, 'handle'>
  readonly dialog: Pick<Dialog, 'showMessageBox' | 'showSaveDialog' | 'showOpenDialog'>
  readonly safeStorage: KeyStoreFacade
  readonly powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>
  readonly shell: Pick<Shell, 'openExternal'>
  readonly menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>
  readonly createWindow: (options: ReturnType<typeof windowOptions>) => BrowserWindow
}

/** What this installation is made of. */
export interface Installation {
  /** The built renderer. */
  readonly rendererFolder: string
  /** The built preload. */
  readonly preload: string
  readonly settings: ShellSettings
  readonly argv: readonly string[]
  readonly platform: NodeJS.Platform
  /** Looks for updates of the app from then on, or says why not. */
  readonly startUpdates: (
    given: Pick<UpdateStart, 'dataFolder' | 'settings' | 'busy' | 'onState'>,
  ) => Promise<RunningUpdates | { readonly off: string }>
}

/** A page that crashes is shown again, but not for ever. */
const MOST_RELOADS = 3

/** Must be called before the app is ready, and once only. */
function registerScheme(protocol: ElectronFacade['protocol']): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'app',
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        allowServiceWorkers: false,
        corsEnabled: true,
        stream: true,
        codeCache: true,
      },
    },
  ])
}

/** Starts the shell. Resolved, the app's page is loaded; until then a failure rejects. */
export async function startShell(electron: ElectronFacade, installation: Installation): Promise<void> {
  const { app, protocol } = electron
  const { settings, platform } = installation
  // Two instances on one profile would be two writers of one journal.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  registerScheme(protocol)
  const log = createShellLog({ folder: app.getPath('logs') })
  app.on('web-contents-created', (_event, contents) =>
    confine(contents, (url) => {
      electron.shell.openExternal(url).catch((error: unknown) => log.note('help-page-failed', {}, error))
    }),
  )
  await app.whenReady()
  log.note('started', { version: app.getVersion(), platform })
  protocol.handle('app', createAppProtocol(installation.rendererFolder))
  applyMenu(electron.menu, platform)

  const window = electron.createWindow(
    windowOptions({ kiosk: settings.kiosk, preload: installation.preload, devTools: !app.isPackaged }),
  )
  const warn = (sentence: string): void => {
    electron.dialog
      .showMessageBox(window, { type: 'warning', title: 'Spira Edge', message: sentence })
      .catch((error: unknown) => log.note('warning-failed', {}, error))
  }
  await secureSession(electron.session(), settings, await caFileOf(settings)).catch((error: unknown) => {
    log.note('ca-file-failed', {}, error)
    warn('The CA file named by the policy could not be read. The app works; the training server may not be reached.')
  })
  await serve(electron, installation, window, { log, warn })

  window.once('ready-to-show', () => window.show())
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('window-all-closed', () => app.quit())
  await window.loadURL(startAddress(installation))
}

function startAddress({ argv, settings }: Installation): string {
  const launch = launchOf(argv)
  return startUrl({ ...launch, server: serverOf(settings.serverUrl, launch.server) })
}

const caFileOf = async ({ caFile }: ShellSettings): Promise<string | null> =>
  caFile === null ? null : readFile(caFile, 'utf8').catch(() => '')

/** Everything that lives as long as the window: bridge, journals, quitting, crashes. */
async function serve(
  electron: ElectronFacade,
  installation: Installation,
  window: BrowserWindow,
  { log, warn }: { readonly log: ShellLog; readonly warn: (sentence: string) => void },
): Promise<void> {
  const { app, dialog } = electron
  const { settings, platform } = installation
  const data = app.getPath('userData')
  const journals = await openJournals(join(data, 'journals'))
  const guard = createRecordingGuard({
    power: electron.powerSaveBlocker,
    askApp: () => window.webContents.send(QUIT_ASKED),
    quit: () => app.quit(),
    setTimer: (work, afterMs) => setTimeout(work, afterMs),
  })
  const handlers = createShellHandlers({
    about: {
      version: app.getVersion(),
      platform,
      kiosk: settings.kiosk,
      serverUrl: settings.serverUrl,
      site: settings.site,
    },
    journals,
    deviceKey: createDeviceKey({
      safeStorage: electron.safeStorage,
      folder: data,
      platform,
      isNeeded: async () => (await journals.list()).length > 0,
    }),
    files: createChosenFiles({
      save: (options) => dialog.showSaveDialog(window, options),
      open: (options) => dialog.showOpenDialog(window, options),
    }),
    guard,
    log,
    warn,
  })
  const windowId = window.webContents.id
  serveBridge(electron.ipcMain, {
    handlers,
    isAllowed: (sender) => isOurPage(sender, windowId),
    note: (code, error) => log.note('refused', { code }, error),
  })

  const hold = (event: { preventDefault(): void }): void => {
    if (guard.holdQuit()) event.preventDefault()
  }
  let running: RunningUpdates | null = null
  const update = async (): Promise<void> => {
    const started = await installation.startUpdates({
      dataFolder: data,
      settings,
      busy: () => guard.isRecording(),
      onState: ({ kind }) => log.note('update', { kind }),
    })
    if ('off' in started) log.note('updates-off')
    else running = started
  }
  update().catch((error: unknown) => log.note('updates-failed', {}, error))
  app.on('before-quit', (event) => {
    hold(event)
    running?.updates.beforeQuit()
  })
  window.on('close', hold)
  app.on('will-quit', () => {
    running?.stop()
    journals.close().catch((error: unknown) => log.note('close-failed', {}, error))
  })
  let reloads = 0
  app.on('render-process-gone', (_event, contents: Pick<WebContents, 'id'>, { reason, exitCode }) => {
    log.note('page-gone', { reason, exitCode })
    if (contents.id !== windowId) return
    guard.forget()
    if (reason === 'clean-exit' || reloads === MOST_RELOADS) return
    reloads += 1
    window.loadURL(startAddress(installation)).catch((error: unknown) => log.note('reload-failed', {}, error))
  })
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    log.note('process-gone', { type: type.replaceAll(' ', '-'), reason, exitCode })
  })
}
