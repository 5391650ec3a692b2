import type { App, BrowserWindow, Protocol, Session, WebContents } from 'electron'
import { createAppProtocol } from './appProtocol.ts'
import { launchOf, startUrl } from './launch.ts'
import { isAllowed, isAppUrl } from './permissions.ts'
import { windowOptions } from './windowOptions.ts'

/** The part of Electron's API the shell uses, typed by Electron itself; main.ts hands in the real one, the tests a recorder. */
export interface ElectronFacade {
  readonly app: Pick<App, 'requestSingleInstanceLock' | 'quit' | 'whenReady' | 'on' | 'enableSandbox'>
  readonly protocol: Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>
  /** Electron's default session, which exists only once the app is ready. */
  readonly session: () => Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>
  readonly createWindow: (
    options: typeof windowOptions,
  ) => Pick<BrowserWindow, 'loadURL' | 'once' | 'show' | 'focus' | 'isMinimized' | 'restore'>
}

/** Starts the shell: `rendererFolder` is the built renderer, `argv` the command line. */
export async function startShell(
  electron: ElectronFacade,
  rendererFolder: string,
  argv: readonly string[],
): Promise<void> {
  const { app, protocol } = electron
  // Two instances on one profile would be two writers of one journal.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  // May be called once only, before the app is ready.
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
  app.on('web-contents-created', (_event, contents) => confine(contents))
  await app.whenReady()
  protocol.handle('app', createAppProtocol(rendererFolder))

  const session = electron.session()
  session.setPermissionRequestHandler((_contents, permission, grant, details) => {
    grant(
      isAllowed({
        permission,
        requestingUrl: details.requestingUrl,
        mediaTypes: 'mediaTypes' in details ? (details.mediaTypes ?? []) : [],
      }),
    )
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) =>
    isAllowed({
      permission,
      requestingUrl: requestingOrigin,
      mediaTypes: details.mediaType === undefined ? [] : [details.mediaType],
    }),
  )

  const window = electron.createWindow(windowOptions)
  window.once('ready-to-show', () => window.show())
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('window-all-closed', () => app.quit())
  await window.loadURL(startUrl(launchOf(argv)))
}

/** No page leaves the app, opens a window or embeds another page. */
export function confine(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
