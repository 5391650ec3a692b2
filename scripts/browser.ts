import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const candidates: Record<string, readonly string[]> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = process.env[name]
    return folder === undefined
      ? []
      : [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')]
  }),
}

/** Path of a Chromium, Chrome or Edge on this machine; SPIRA_BROWSER names another. Null when there is none. */
export function findBrowser(): string | null {
  const named = process.env['SPIRA_BROWSER']
  if (named !== undefined) return existsSync(named) ? named : null
  return candidates[process.platform]?.find((path) => existsSync(path)) ?? null
}

/** The browser for tests: found, or on Debian as root installed from the distribution. @throws with what to do. */
export function ensureBrowser(): string {
  const found = findBrowser()
  if (found !== null) return found
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium for the browser tests …')
    spawnSync(
      'sh',
      ['-c', 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null'],
      { stdio: 'inherit' },
    )
    const installed = findBrowser()
    if (installed !== null) return installed
  }
  throw new Error(
    'The browser tests need Chromium, Chrome or Edge. Install one (Debian: apt-get install chromium) or name it in SPIRA_BROWSER.',
  )
}
