import type { ElectronApplication, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { BRIDGE_CALLS } from '../electron/channels.ts'

/** One item of Electron's security checklist, as it can be seen in the running app. */
export interface LiveItem {
  readonly name: string
  readonly check: () => Promise<void>
}

/** The checklist in the real Electron; what the shell hands to it is read by electron/securityChecklist.test.ts. */
export function liveChecklist(
  app: ElectronApplication,
  page: Page,
  { electronVersion, preload }: { readonly electronVersion: string; readonly preload: string },
): readonly LiveItem[] {
  const preferences = () =>
    app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      // Not in Electron's types; its own tests read the preferences in force by it.
      const read = Reflect.get(window?.webContents ?? {}, 'getLastWebPreferences') as () => Readonly<
        Record<string, unknown>
      >
      return { ...read.call(window?.webContents) }
    })
  const refused = (permission: 'camera' | 'geolocation' | 'notifications') =>
    page.evaluate(async (name) => {
      if (name !== 'camera') return (await navigator.permissions.query({ name })).state === 'denied'
      return navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => false,
        () => true,
      )
    }, permission)
  const policy = () =>
    page.evaluate(async () => (await fetch('/bedside/')).headers.get('content-security-policy') ?? '')

  return [
    {
      name: '1. Only load secure content',
      check: async () =>
        expect(await page.evaluate(() => [location.protocol, isSecureContext])).toEqual(['app:', true]),
    },
    {
      name: '2. Do not enable Node.js integration for remote content',
      check: async () => {
        expect(await preferences()).toMatchObject({ nodeIntegration: false })
        expect(
          await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis)),
        ).toEqual([])
      },
    },
    {
      name: '3. Enable context isolation in all renderers',
      check: async () => expect(await preferences()).toMatchObject({ contextIsolation: true }),
    },
    {
      name: '4. Enable process sandboxing',
      check: async () => expect(await preferences()).toMatchObject({ sandbox: true }),
    },
    {
      name: '5. Handle session permission requests from remote content',
      check: async () => {
        for (const permission of ['camera', 'geolocation', 'notifications'] as const)
          expect(await refused(permission), permission).toBe(true)
      },
    },
    {
      name: '6. Do not disable webSecurity',
      check: async () => expect((await preferences())['webSecurity']).not.toBe(false),
    },
    {
      name: '7. Define a Content Security Policy',
      check: async () => {
        expect(await policy()).toContain("default-src 'none'")
        expect(await policy()).not.toContain("'unsafe-eval'")
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
      },
    },
    ...(
      [
        ['8. Do not enable allowRunningInsecureContent', 'allowRunningInsecureContent'],
        ['9. Do not enable experimental features', 'experimentalFeatures'],
        ['10. Do not use enableBlinkFeatures', 'enableBlinkFeatures'],
        ['11. Do not use allowpopups for WebViews', 'webviewTag'],
      ] as const
    ).map(([name, option]) => ({
      name,
      check: async () => expect((await preferences())[option] ?? false).toBe(false),
    })),
    {
      name: '12. Verify WebView options before creation',
      check: async () => {
        const before = await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)
        await page.evaluate(() => {
          const view = document.createElement('webview')
          view.setAttribute('src', 'https://example.org/')
          document.body.append(view)
        })
        await page.waitForTimeout(500)
        expect(await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(before)
      },
    },
    {
      name: '13. Disable or limit navigation',
      check: async () => {
        await page.evaluate(() => void (location.href = 'https://example.org/'))
        await page.waitForTimeout(500)
        expect(page.url()).toMatch(/^app:\/\/spira\/bedside\//)
      },
    },
    {
      name: '14. Disable or limit creation of new windows',
      check: async () => {
        expect(await page.evaluate(() => window.open('https://example.org') === null)).toBe(true)
        expect(app.windows()).toHaveLength(1)
      },
    },
    {
      name: '15. Do not use shell.openExternal with untrusted content',
      check: async () => {
        await app.evaluate(({ shell }) => {
          const opened: string[] = []
          Object.assign(globalThis, { opened })
          shell.openExternal = (url) => Promise.resolve(void opened.push(url))
        })
        for (const url of ['https://example.org/', 'ms-msdt:x', 'file:///bin/sh'])
          await page.evaluate((address) => void window.open(address), url)
        expect(await app.evaluate(() => Reflect.get(globalThis, 'opened') as string[])).toEqual([])
      },
    },
    {
      name: '16. Use a current version of Electron',
      check: async () => expect(await app.evaluate(() => process.versions['electron'])).toBe(electronVersion),
    },
    {
      name: '17. Validate the sender of all IPC messages',
      check: async () => {
        const reply = await app.evaluate(async ({ BrowserWindow }, built) => {
          const stranger = new BrowserWindow({ show: false, webPreferences: { preload: built, sandbox: true } })
          await stranger.loadURL('data:text/html,stranger')
          const answer: unknown = await stranger.webContents.executeJavaScript('spiraShell.listJournals()')
          stranger.destroy()
          return answer
        }, preload)
        expect(reply).toMatchObject({ ok: false, code: 'not-allowed' })
      },
    },
    {
      name: '18. Avoid usage of the file:// protocol',
      check: async () => {
        const read = await page.evaluate(() =>
          fetch('file:///etc/hostname').then(
            () => 'read',
            () => 'refused',
          ),
        )
        expect(read).toBe('refused')
      },
    },
    {
      // The Electron that is launched here is as its makers ship it; the packed app's fuses are read by shell:pack-check.
      name: '19. Check which fuses you can change: see npm run -s shell:pack-check',
      check: () => Promise.resolve(),
    },
    {
      name: '20. Do not expose Electron APIs to untrusted web content',
      check: async () => {
        const exposed = await page.evaluate(() => Object.keys(Reflect.get(globalThis, 'spiraShell') as object))
        expect(exposed.toSorted()).toEqual([...BRIDGE_CALLS, 'onQuitAsked', 'onUpdate'].toSorted())
        expect(await page.evaluate(() => 'ipcRenderer' in globalThis)).toBe(false)
      },
    },
  ]
}
