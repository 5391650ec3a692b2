import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import type { WebContents } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from './package.json' with { type: 'json' }
import { BRIDGE_CALLS } from './channels.ts'
import { microphoneSettingsOf } from './microphoneSettings.ts'
import { fuses } from './packaging/fuses.ts'
import { shellSettingsSchema } from './settings.ts'
import { startShell } from './shell.ts'
import { createElectronDouble } from './testing/electronDouble.ts'

/** https://www.electronjs.org/docs/latest/tutorial/security: every item, read from what the running shell hands to Electron. */

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, '../renderer/dist')

let electron: Awaited<ReturnType<typeof createElectronDouble>>
beforeAll(async () => {
  electron = await createElectronDouble()
  await startShell(electron.facade, {
    ...electron.installation,
    rendererFolder: dist,
    settings: shellSettingsSchema.parse({ serverUrl: 'https://spira.hospital.example' }),
  })
})
afterAll(async () => {
  electron.emit('app', 'will-quit')
  await rm(electron.data, { recursive: true, force: true })
})

const preferences = () => electron.options().webPreferences ?? {}

type Handler = (event: { url: string; preventDefault(): void }) => void
/** A new WebContents as Electron announces it, with the handlers the shell puts on it. */
function newContents() {
  const handlers = new Map<string, Handler>()
  let opened: Parameters<WebContents['setWindowOpenHandler']>[0] | null = null
  electron.emit('app', 'web-contents-created', {
    on: (name: string, handler: Handler) => handlers.set(name, handler),
    setWindowOpenHandler: (handler: typeof opened) => void (opened = handler),
  })
  return {
    isStopped(event: string, url: string): boolean {
      let stopped = false
      handlers.get(event)?.({ url, preventDefault: () => void (stopped = true) })
      return stopped
    },
    windowOpen: (url: string): unknown => opened?.({ url } as never),
  }
}

async function policyOf(path: string): Promise<Record<string, readonly string[]>> {
  const serve = electron.given('handle') === 'app' ? protocolHandler() : null
  const reply = await serve?.(new Request(`app://spira/bedside/${path}`))
  const text = reply?.headers.get('content-security-policy') ?? ''
  return Object.fromEntries(
    text.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )
}
const protocolHandler = () => electron.givenAll('handle')[1] as (request: Request) => Promise<Response>

describe('Electron’s security checklist', () => {
  it('1. Only load secure content', async () => {
    expect(electron.loaded.map((url) => new URL(url).protocol)).toEqual(['app:'])
    expect(electron.given('schemes') as readonly { scheme: string; privileges: object }[]).toMatchObject([
      { scheme: 'app', privileges: { secure: true, standard: true } },
    ])
    const { 'connect-src': connect = [] } = await policyOf('')
    const plain = connect.filter((source) => source.startsWith('http:'))
    expect(plain).toEqual(['http://127.0.0.1:*', 'http://localhost:*'])
    expect(shellSettingsSchema.safeParse({ serverUrl: 'http://spira.hospital.example' }).success).toBe(false)
  })

  it('2. Do not enable Node.js integration for remote content', () => {
    expect(preferences()).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
  })

  it('3. Enable context isolation in all renderers', () => {
    expect(preferences().contextIsolation).toBe(true)
  })

  it('4. Enable process sandboxing', () => {
    expect(preferences().sandbox).toBe(true)
    expect(electron.calls.indexOf('enableSandbox')).toBeLessThan(electron.calls.indexOf('ready'))
  })

  it('5. Handle session permission requests from remote content', () => {
    const request = electron.given('permissionRequest') as (...values: unknown[]) => void
    const check = electron.given('permissionCheck') as (...values: unknown[]) => boolean
    const device = electron.given('devicePermission') as () => boolean
    const asks = (permission: string, requestingUrl: string, mediaTypes?: readonly string[]): boolean => {
      let granted: boolean | null = null
      request({}, permission, (answer: boolean) => void (granted = answer), { requestingUrl, mediaTypes })
      if (granted === null) throw new Error('not answered')
      return granted
    }
    expect(asks('media', 'app://spira/bedside/', ['audio'])).toBe(true)
    expect(check({}, 'media', 'app://spira', { mediaType: 'audio' })).toBe(true)
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'fullscreen',
      'openExternal',
      'hid',
      'usb',
      'serial',
      'display-capture',
      'clipboard-read',
      'idle-detection',
      'fileSystem',
    ]) {
      expect(asks(permission, 'https://elsewhere.example/', ['audio'])).toBe(false)
      expect(asks(permission, 'app://spira/bedside/', ['video'])).toBe(false)
      expect(check({}, permission, 'https://elsewhere.example', { mediaType: 'audio' })).toBe(false)
      expect(check({}, permission, 'app://spira', { mediaType: 'video' })).toBe(false)
    }
    expect(device()).toBe(false)
  })

  it('6. Do not disable webSecurity', () => {
    expect(preferences().webSecurity).toBe(true)
  })

  it('7. Define a Content Security Policy', async () => {
    for (const path of ['', 'encounters/1', 'missing.js']) {
      const policy = await policyOf(path)
      expect(policy['default-src']).toEqual(["'none'"])
      expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"])
      for (const closed of ['frame-ancestors', 'base-uri', 'form-action']) expect(policy[closed]).toEqual(["'none'"])
      expect(JSON.stringify(policy)).not.toMatch(/'unsafe-eval'|\*\.|"\*"/)
      expect(JSON.stringify({ ...policy, 'style-src': [] })).not.toContain('unsafe-inline')
    }
  })

  it('8. Do not enable allowRunningInsecureContent', () => {
    expect(preferences().allowRunningInsecureContent).toBe(false)
  })

  it('9. Do not enable experimental features', () => {
    expect(preferences().experimentalFeatures).toBe(false)
  })

  it('10. Do not use enableBlinkFeatures', () => {
    expect(Object.keys(preferences())).not.toContain('enableBlinkFeatures')
  })

  it('11. Do not use allowpopups for WebViews', async () => {
    expect(preferences().webviewTag).toBe(false)
    for (const { text } of await rendererSources()) expect(text).not.toMatch(/<webview|allowpopups/)
  })

  it('12. Verify WebView options before creation', () => {
    expect(newContents().isStopped('will-attach-webview', 'app://spira/bedside/')).toBe(true)
  })

  it('13. Disable or limit navigation', () => {
    const contents = newContents()
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      for (const url of [
        'https://elsewhere.example/',
        'app://spira.elsewhere.example/',
        'file:///etc/passwd',
        'javascript:0',
        'data:text/html,x',
        'http://127.0.0.1:4600/',
      ])
        expect(contents.isStopped(event, url)).toBe(true)
      expect(contents.isStopped(event, 'app://spira/bedside/sync')).toBe(false)
    }
    expect(preferences().navigateOnDragDrop).toBe(false)
  })

  it('14. Disable or limit creation of new windows', () => {
    const contents = newContents()
    for (const url of ['app://spira/bedside/', 'https://elsewhere.example/', 'about:blank', 'mailto:x@example.org'])
      expect(contents.windowOpen(url)).toEqual({ action: 'deny' })
  })

  it('15. Do not use shell.openExternal with untrusted content', async () => {
    const contents = newContents()
    const before = electron.calls.length
    for (const url of ['https://elsewhere.example/', 'file:///bin/sh', 'ms-msdt:x', 'smb://x/y', 'ms-settings:privacy'])
      contents.windowOpen(url)
    expect(electron.calls).toHaveLength(before)
    // The page names no address: what is opened is one constant a platform, and the request has no room for another.
    expect(await electron.invoke('openMicrophoneSettings', 'file:///bin/sh')).toMatchObject({ code: 'request-invalid' })
    expect(electron.calls).not.toContain('openExternal')
    for (const platform of ['win32', 'darwin', 'linux'] as const) {
      const double = await createElectronDouble()
      await startShell(double.facade, { ...double.installation, platform })
      const page = microphoneSettingsOf(platform)
      expect(await double.invoke('openMicrophoneSettings')).toEqual({ ok: true, value: { opened: page !== null } })
      expect(double.given('openExternal') ?? null).toBe(page)
      double.emit('app', 'will-quit')
      await rm(double.data, { recursive: true, force: true })
    }
    expect(microphoneSettingsOf('linux')).toBeNull()
    const sources = await Promise.all(
      (await readdir(here, { recursive: true }))
        .filter((file) => file.endsWith('.ts') && !/(^|\/)(node_modules|dist|testing)\/|\.test\.ts$/.test(file))
        .map((file) => readFile(join(here, file), 'utf8')),
    )
    expect(sources.join('').match(/\.openExternal\([^)]*\)/g)).toEqual(['.openExternal(page)'])
  })

  it('16. Use a current version of Electron', () => {
    // Electron supports its latest three majors; the newest when this was pinned was 45. Raise both together.
    expect(packageJson.devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Number.parseInt(packageJson.devDependencies.electron, 10)).toBeGreaterThanOrEqual(45)
  })

  it('17. Validate the sender of all IPC messages', async () => {
    for (const call of BRIDGE_CALLS)
      for (const from of [
        { webContentsId: 8 },
        { frame: 'inner' },
        { frame: 'gone' },
        { url: 'https://elsewhere.example/' },
      ] as const)
        expect(await electron.invoke(call, undefined, from)).toMatchObject({ ok: false, code: 'not-allowed' })
  })

  it('18. Avoid usage of the file:// protocol and prefer usage of custom protocols', async () => {
    expect(electron.loaded.every((url) => url.startsWith('app://spira/'))).toBe(true)
    expect(electron.calls).not.toContain('loadFile')
    const reply = await protocolHandler()(new Request('app://spira/bedside/..%2f..%2fpackage.json'))
    expect(reply.status).toBeGreaterThanOrEqual(400)
    const mayReach = electron.given('beforeRequest') as (
      details: object,
      answer: (reply: { cancel: boolean }) => void,
    ) => void
    for (const [url, cancelled] of [
      ['file:///etc/passwd', true],
      ['https://elsewhere.example/', true],
      ['https://spira.hospital.example/api', false],
      ['app://spira/bedside/', false],
    ] as const)
      mayReach({ url }, ({ cancel }) => expect(cancel).toBe(cancelled))
  })

  it('19. Check which fuses you can change', () => {
    expect(fuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('20. Do not expose Electron APIs to untrusted web content', async () => {
    const exposed = new Map<string, Record<string, unknown>>()
    const sent: unknown[][] = []
    const listeners = new Map<string, () => void>()
    await runPreload({
      contextBridge: { exposeInMainWorld: (name: string, api: Record<string, unknown>) => exposed.set(name, api) },
      ipcRenderer: {
        invoke: async (...values: unknown[]) => void sent.push(values),
        on: (channel: string, listener: (...values: unknown[]) => void) =>
          listeners.set(channel, () => listener({ sender: 'ipcRenderer' }, 'sent', 'extra')),
        removeAllListeners: () => undefined,
      },
    })
    expect([...exposed.keys()]).toEqual(['spiraShell'])
    const api = exposed.get('spiraShell') ?? {}
    expect(Object.keys(api).toSorted()).toEqual([...BRIDGE_CALLS, 'onQuitAsked', 'onUpdate'].toSorted())
    for (const call of BRIDGE_CALLS) {
      sent.length = 0
      await (api[call] as (...values: unknown[]) => Promise<unknown>)({ given: call }, 'spira:other')
      expect(sent).toEqual([[`spira:${call}`, { given: call }]])
    }
    // Not even the event: its sender is ipcRenderer itself.
    for (const [name, channel, expected] of [
      ['onQuitAsked', 'spira:quitAsked', []],
      ['onUpdate', 'spira:updateChanged', ['sent']],
    ] as const) {
      const heard: unknown[][] = []
      ;(api[name] as (listener: (...values: unknown[]) => void) => void)((...values) => heard.push(values))
      listeners.get(channel)?.()
      expect(heard).toEqual([expected])
    }
  })
})

/** The preload as `vite build --mode preload` makes it. */
async function runPreload(electronModule: object): Promise<void> {
  const { build } = await import('vite')
  const built = await build({
    root: here,
    mode: 'preload',
    logLevel: 'silent',
    configFile: join(here, 'vite.config.ts'),
    build: { write: false },
  })
  const [output] = [built].flat()
  if (output === undefined || !('output' in output)) throw new Error('the preload was not built')
  expect(output.output.map(({ fileName }) => fileName)).toEqual(['preload.cjs'])
  const [{ code }] = output.output
  const required: string[] = []
  // What Electron does with it: CommonJS with a require that knows Electron alone.
  compileFunction(code, ['require', 'module', 'exports'])(
    (name: string) => {
      required.push(name)
      return electronModule
    },
    { exports: {} },
    {},
  )
  expect(required).toEqual(['electron'])
}

async function rendererSources(): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const root = join(here, '../renderer')
  const files = await readdir(root, { recursive: true })
  const ours = files.filter(
    (file) => /\.(tsx?|html)$/.test(file) && !/(^|\/)(dist|node_modules|testing)\/|\.test\.|^vite\.config/.test(file),
  )
  return Promise.all(
    ours.map(async (file) => ({ file: `renderer/${file}`, text: await readFile(join(root, file), 'utf8') })),
  )
}
