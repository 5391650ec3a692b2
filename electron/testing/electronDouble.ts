import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindowConstructorOptions } from 'electron'
import { createKeyStoreDouble } from '../keys/testing/keyStoreDouble.ts'
import { defaultSettings } from '../settings.ts'
import type { ElectronFacade, Installation } from '../shell.ts'

type Listener = (...values: never[]) => unknown

export interface Invocation {
  readonly webContentsId?: number
  readonly url?: string
  readonly frame?: 'top' | 'inner' | 'gone'
}

/**
 * Stands in for Electron, whose binary is not on test machines: records what the shell asks of it, in order, and lets the test
 * play what Electron would do.
 */
export async function createElectronDouble({ lock = true, packaged = true, locale = 'en-US' } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'spira-electron-'))
  const calls: string[] = []
  const note =
    (name: string) =>
    (...values: unknown[]): void => {
      calls.push(name)
      given.set(name, values)
    }
  const given = new Map<string, readonly unknown[]>()
  const ofApp = new Map<string, Listener[]>()
  const ofWindow = new Map<string, Listener[]>()
  const ofPower = new Map<string, Listener[]>()
  const ipc = new Map<string, Listener>()
  const loaded: string[] = []
  const warnings: string[] = []
  const sent: string[] = []
  const messages: (readonly unknown[])[] = []
  const safeStorage = createKeyStoreDouble()
  const listen = (to: Map<string, Listener[]>) => (event: string, listener: Listener) => {
    to.set(event, [...(to.get(event) ?? []), listener])
  }
  let options: BrowserWindowConstructorOptions | null = null
  let saveTo = ''
  let openFrom: string | null = null
  const window = {
    webContents: {
      id: 7,
      send: (channel: string, ...values: readonly unknown[]) => {
        sent.push(channel)
        messages.push([channel, ...values])
      },
    },
    loadURL: async (url: string) => void loaded.push(url),
    on: listen(ofWindow),
    once: listen(ofWindow),
    show: note('show'),
    focus: note('focus'),
    isMinimized: () => true,
    restore: note('restore'),
  }
  const facade = {
    app: {
      isPackaged: packaged,
      requestSingleInstanceLock: () => lock,
      quit: note('quit'),
      whenReady: async () => note('ready')(),
      on: listen(ofApp),
      enableSandbox: note('enableSandbox'),
      getPath: (name: string) => join(data, name),
      getVersion: () => '0.1.0',
      getLocale: () => locale,
    },
    protocol: { registerSchemesAsPrivileged: note('schemes'), handle: note('handle') },
    session: () => ({
      setPermissionRequestHandler: note('permissionRequest'),
      setPermissionCheckHandler: note('permissionCheck'),
      setDevicePermissionHandler: note('devicePermission'),
      setCertificateVerifyProc: note('certificateVerify'),
      setProxy: async (config: unknown) => note('proxy')(config),
      webRequest: { onBeforeRequest: note('beforeRequest') },
    }),
    ipcMain: { handle: (channel: string, handler: Listener) => void ipc.set(channel, handler) },
    dialog: {
      showMessageBox: async (_window: unknown, { message }: { message: string }) => void warnings.push(message),
      showSaveDialog: async (_window: unknown, asked: unknown) => {
        given.set('save', [asked])
        return { canceled: saveTo === '', filePath: saveTo }
      },
      showOpenDialog: async () => ({ canceled: openFrom === null, filePaths: openFrom === null ? [] : [openFrom] }),
    },
    safeStorage,
    powerSaveBlocker: {
      start: (type: string) => {
        note('power.start')(type)
        return 1
      },
      stop: note('power.stop'),
    },
    powerMonitor: { on: listen(ofPower) },
    shell: { openExternal: async (url: string) => note('openExternal')(url) },
    menu: { setApplicationMenu: note('menu'), buildFromTemplate: (template: unknown) => template },
    createWindow: (asked: BrowserWindowConstructorOptions) => {
      calls.push('window')
      options = asked
      return window
    },
  } as unknown as ElectronFacade

  const installation: Installation = {
    rendererFolder: '/nowhere',
    preload: '/nowhere/preload.cjs',
    settings: defaultSettings,
    policyProblems: 0,
    argv: [],
    platform: 'linux',
    startUpdates: async () => ({ kind: 'off', reason: 'policy' }),
  }

  return {
    facade,
    installation,
    data,
    calls,
    loaded,
    warnings,
    sent,
    /** Each message sent to the page: its channel and what it carried. */
    messages,
    safeStorage,
    /** What the shell handed to one of Electron's functions the last time. */
    given: (name: string): unknown => given.get(name)?.[0],
    givenAll: (name: string): readonly unknown[] => given.get(name) ?? [],
    options: (): BrowserWindowConstructorOptions => {
      if (options === null) throw new Error('no window was made')
      return options
    },
    choose(files: { readonly saveTo?: string; readonly openFrom?: string }) {
      saveTo = files.saveTo ?? ''
      openFrom = files.openFrom ?? null
    },
    /** Electron's event; true when a listener prevented what would follow. */
    emit(of: 'app' | 'window' | 'power', event: string, ...values: readonly unknown[]): boolean {
      let prevented = false
      const first = { preventDefault: () => void (prevented = true) }
      for (const listener of { app: ofApp, window: ofWindow, power: ofPower }[of].get(event) ?? [])
        listener(...([first, ...values] as never[]))
      return prevented
    },
    /** ipcRenderer.invoke, as the page of `from` would. */
    async invoke(call: string, request?: unknown, from: Invocation = {}): Promise<unknown> {
      const handler = ipc.get(`spira:${call}`)
      if (handler === undefined) throw new Error(`no channel ${call}`)
      const { webContentsId = 7, url = 'app://spira/bedside/', frame = 'top' } = from
      const senderFrame = frame === 'gone' ? null : { url, parent: frame === 'top' ? null : {} }
      // What crosses the processes is a structured clone.
      const event = { sender: { id: webContentsId }, senderFrame }
      return structuredClone(await handler(...([event, structuredClone(request)] as never[])))
    },
    channels: () => [...ipc.keys()],
  }
}
