import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  App,
  BrowserWindow,
  Dialog,
  IpcMain,
  Menu,
  PowerMonitor,
  PowerSaveBlocker,
  Protocol,
  Shell,
  WebContents,
} from 'electron'
import type { PageFacts } from '@spira/renderer/shell/bridge.ts'
import { createAppProtocol } from './appProtocol.ts'
import { isOurPage, serveBridge } from './bridge.ts'
import { QUIT_ASKED, UPDATE_CHANGED } from './channels.ts'
import { collectDiagnostics } from './collectDiagnostics.ts'
import { confine } from './confinement.ts'
import { createChosenFiles } from './files/chosenFiles.ts'
import { openJournals } from './journal/journals.ts'
import { openWithdrawals } from './journal/withdrawals.ts'
import { createDeviceKey, type KeyStoreFacade } from './keys/deviceKey.ts'
import { type ShellLanguage, shellLanguageOf, shellText, type ShellTextId } from './languages/shellText.ts'
import { launchOf, startUrl } from './launch.ts'
import { createShellLog, type ShellLog } from './log/shellLog.ts'
import { applyMenu } from './menu.ts'
import { microphoneSettingsOf } from './microphoneSettings.ts'
import { type SessionFacade, secureSession } from './network/secureSession.ts'
import { serverOf } from './policy.ts'
import { createRecordingGuard } from './quit/recordingGuard.ts'
import type { ShellSettings } from './settings.ts'
import { ShellError } from './shellError.ts'
import { createShellHandlers } from './shellHandlers.ts'
import type { RunningUpdates, UpdatesOff, UpdateStart } from './updates/startUpdates.ts'
import { openUpdateDesk } from './updates/updateDesk.ts'
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
    | 'getLocale'
    | 'isPackaged'
  >
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>
  /** Electron's default session, which exists only once the app is ready. */
  readonly session: () => SessionFacade
  readonly ipcMain: Pick<IpcMain, 'handle'>
  readonly dialog: Pick<Dialog, 'showMessageBox' | 'showSaveDialog' | 'showOpenDialog'>
  readonly safeStorage: KeyStoreFacade
  readonly powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>
  readonly powerMonitor: Pick<PowerMonitor, 'on'>
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
  /** Fields of the policy file that were not taken over. */
  readonly policyProblems: number
  readonly argv: readonly string[]
  readonly platform: NodeJS.Platform
  /** Looks for updates of the app from then on, or says why not. */
  readonly startUpdates: (
    given: Pick<UpdateStart, 'dataFolder' | 'settings' | 'busy' | 'onState'>,
  ) => Promise<RunningUpdates | UpdatesOff>
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
  app.on('web-contents-created', (_event, contents) => confine(contents))
  await app.whenReady()
  log.note('started', { version: app.getVersion(), platform })
  protocol.handle('app', createAppProtocol(installation.rendererFolder))
  const language = shellLanguageOf(app.getLocale())

  const window = electron.createWindow(
    windowOptions({ kiosk: settings.kiosk, preload: installation.preload, devTools: !app.isPackaged }),
  )
  const warn = (text: ShellTextId): void => {
    electron.dialog
      .showMessageBox(window, { type: 'warning', title: 'Spira Edge', message: shellText(language, text) })
      .catch((error: unknown) => log.note('warning-failed', {}, error))
  }
  await secureSession(electron.session(), settings, await caFileOf(settings)).catch((error: unknown) => {
    log.note('ca-file-failed', {}, error)
    warn('ca-file')
  })
  await serve(electron, installation, window, { log, language, warn })

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
  return startUrl({ ...launch, server: serverOf(settings.serverUrl, launch.server) }, settings.site)
}

const caFileOf = async ({ caFile }: ShellSettings): Promise<string | null> =>
  caFile === null ? null : readFile(caFile, 'utf8').catch(() => '')

/** Everything that lives as long as the window: bridge, journals, quitting, crashes. */
async function serve(
  electron: ElectronFacade,
  installation: Installation,
  window: BrowserWindow,
  {
    log,
    language,
    warn,
  }: { readonly log: ShellLog; readonly language: ShellLanguage; readonly warn: (text: ShellTextId) => void },
): Promise<void> {
  const { app, dialog } = electron
  const { settings, platform } = installation
  const data = app.getPath('userData')
  const journals = await openJournals(join(data, 'journals'))
  const withdrawals = await openWithdrawals(join(data, 'journals'))
  const guard = createRecordingGuard({
    power: electron.powerSaveBlocker,
    askApp: () => window.webContents.send(QUIT_ASKED),
    quit: () => app.quit(),
    setTimer: (work, afterMs) => setTimeout(work, afterMs),
  })
  const updates = openUpdateDesk({
    start: (onState) => installation.startUpdates({ dataFolder: data, settings, busy: () => guard.isBusy(), onState }),
    onState: (state) => {
      log.note('update', { kind: state.kind, ...('reason' in state ? { reason: state.reason } : {}) })
      window.webContents.send(UPDATE_CHANGED, state)
    },
    onFailure: (error) => log.note('updates-failed', {}, error),
  })
  const deviceKey = createDeviceKey({
    safeStorage: electron.safeStorage,
    folder: data,
    platform,
    isNeeded: async () => (await journals.list()).length + (await withdrawals.list()).length > 0,
  })
  const files = createChosenFiles({
    save: (options) => dialog.showSaveDialog(window, options),
    open: (options) => dialog.showOpenDialog(window, options),
  })
  async function saveDiagnostics(page: PageFacts | null): Promise<boolean> {
    const text = await collectDiagnostics(
      {
        appVersion: app.getVersion(),
        platform,
        settings,
        policyProblems: installation.policyProblems,
        dataFolder: data,
        logFolder: app.getPath('logs'),
        journals,
        deviceKey,
        update: updates.state,
      },
      page,
    )
    const chosen = await files.beginExport({
      name: `spira-edge-diagnostics-${new Date().toISOString().slice(0, 10)}.json`,
    })
    if (chosen === null) return false
    await files.appendExport({ ...chosen, bytes: Buffer.from(text) })
    await files.finishExport(chosen)
    return true
  }
  const handlers = createShellHandlers({
    about: {
      version: app.getVersion(),
      platform,
      kiosk: settings.kiosk,
      serverUrl: settings.serverUrl,
      site: settings.site,
    },
    journals,
    withdrawals,
    deviceKey,
    files,
    guard,
    updates,
    saveDiagnostics,
    async openMicrophoneSettings() {
      const page = microphoneSettingsOf(platform)
      if (page !== null) await electron.shell.openExternal(page)
      return page !== null
    },
    log,
    warn: ({ code }) => warn(code),
  })
  const windowId = window.webContents.id
  serveBridge(electron.ipcMain, {
    handlers,
    isAllowed: (sender) => isOurPage(sender, windowId),
    note: (code, error) => log.note('refused', { code }, error),
    sentence: (code) => shellText(language, code),
  })
  applyMenu(electron.menu, {
    platform,
    kiosk: settings.kiosk,
    language,
    saveDiagnostics: () => {
      saveDiagnostics(null).catch((error: unknown) => {
        log.note('diagnostics-failed', {}, error)
        warn(error instanceof ShellError ? error.code : 'internal')
      })
    },
  })

  const hold = (event: { preventDefault(): void }): void => {
    if (guard.holdQuit()) event.preventDefault()
  }
  app.on('before-quit', (event) => {
    hold(event)
    updates.beforeQuit()
  })
  window.on('close', hold)
  // The machine is shut down: Linux and macOS ask here (with an event that its type does not mention), Windows asks the window.
  electron.powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    if (event !== undefined) hold(event)
  })
  window.on('query-session-end', hold)
  app.on('will-quit', () => {
    updates.stop()
    Promise.all([journals.close(), files.closeAll()]).catch((error: unknown) => log.note('close-failed', {}, error))
  })
  let reloads = 0
  app.on('render-process-gone', (_event, contents: Pick<WebContents, 'id'>, { reason, exitCode }) => {
    log.note('page-gone', { reason, exitCode })
    if (contents.id !== windowId) return
    guard.forget()
    files.closeAll().catch((error: unknown) => log.note('close-failed', {}, error))
    if (reason === 'clean-exit' || reloads === MOST_RELOADS) return
    reloads += 1
    window.loadURL(startAddress(installation)).catch((error: unknown) => log.note('reload-failed', {}, error))
  })
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    log.note('process-gone', { type: type.replaceAll(' ', '-'), reason, exitCode })
  })
}
