import { describe, expect, it } from 'vitest'
import { launchOf, startUrl } from './launch.ts'
import { isAllowed } from './permissions.ts'
import { confine, type ElectronFacade, startShell } from './shell.ts'
import { windowOptions } from './windowOptions.ts'

/** Stands in for Electron, whose binary is not on test machines: records what the shell asks of it. */
function recorder(lock: boolean) {
  const calls: string[] = []
  let loaded = ''
  let options: unknown
  const note = (name: string) => (): void => void calls.push(name)
  const facade = {
    app: {
      requestSingleInstanceLock: () => lock,
      quit: note('quit'),
      whenReady: () => Promise.resolve(),
      on: note('on'),
      enableSandbox: note('enableSandbox'),
    },
    protocol: { registerSchemesAsPrivileged: note('schemes'), handle: note('handle') },
    session: () => ({
      setPermissionRequestHandler: note('requestHandler'),
      setPermissionCheckHandler: note('checkHandler'),
    }),
    createWindow: (given: typeof windowOptions) => {
      options = given
      return {
        loadURL: (url: string) => ((loaded = url), Promise.resolve()),
        once: note('once'),
        show: note('show'),
        focus: note('focus'),
        isMinimized: () => false,
        restore: note('restore'),
      }
    },
  } as unknown as ElectronFacade
  return { facade, calls, loaded: () => loaded, options: () => options }
}

describe('the shell', () => {
  it('sandboxes, isolates and keeps Node out of the page', async () => {
    const { facade, calls, options } = recorder(true)
    await startShell(facade, '/nowhere', [])
    expect(options()).toBe(windowOptions)
    expect(windowOptions.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    })
    expect(calls.indexOf('enableSandbox')).toBeLessThan(calls.indexOf('handle'))
    expect(calls).toContain('requestHandler')
    expect(calls).toContain('checkHandler')
  })

  it('leaves a running instance alone', async () => {
    const { facade, calls, loaded } = recorder(false)
    await startShell(facade, '/nowhere', [])
    expect(calls).toEqual(['quit'])
    expect(loaded()).toBe('')
  })

  it('hands the enrolment to the page in the fragment, and nothing malformed', () => {
    expect(startUrl(launchOf(['electron', '--spira-server=http://127.0.0.1:4600', '--spira-enrol=AB12-CD34']))).toBe(
      'app://spira/bedside/#enrol=AB12-CD34&server=http%3A%2F%2F127.0.0.1%3A4600',
    )
    expect(startUrl(launchOf(['electron', '--spira-enrol=<script>']))).toBe('app://spira/bedside/')
    expect(launchOf(['--spira-server=file:///etc/passwd']).server).toBeNull()
  })

  it.each([
    ['media', 'app://spira/bedside/', ['audio'], true],
    ['persistent-storage', 'app://spira/bedside/', [], true],
    ['media', 'app://spira/bedside/', ['audio', 'video'], false],
    ['media', 'app://spira/bedside/', [], false],
    ['media', 'https://elsewhere.example/', ['audio'], false],
    ['media', 'app://spira.elsewhere.example/', ['audio'], false],
    ['geolocation', 'app://spira/bedside/', [], false],
    ['clipboard-read', 'app://spira/bedside/', [], false],
  ])('permission %s for %s with %j: %s', (permission, requestingUrl, mediaTypes, allowed) => {
    expect(isAllowed({ permission, requestingUrl, mediaTypes })).toBe(allowed)
  })

  it('lets no page leave the app, open a window or embed another', () => {
    const handlers = new Map<string, (event: { url: string; preventDefault: () => void }) => void>()
    let windowOpen: (() => { action: string }) | undefined
    confine({
      on: (name: string, handler: never) => void handlers.set(name, handler),
      setWindowOpenHandler: (handler: never) => void (windowOpen = handler),
    } as never)
    expect(windowOpen?.()).toEqual({ action: 'deny' })
    const stopped = (url: string, name = 'will-navigate'): boolean => {
      let prevented = false
      handlers.get(name)?.({ url, preventDefault: () => (prevented = true) })
      return prevented
    }
    expect(stopped('https://elsewhere.example/')).toBe(true)
    expect(stopped('app://spira/bedside/sync')).toBe(false)
    expect(stopped('app://spira/bedside/', 'will-attach-webview')).toBe(true)
  })
})
