import type { BrowserWindowConstructorOptions } from 'electron'

/** The one window. Its page is sandboxed, isolated and without Node: it can do what a web page can, nothing more. */
export const windowOptions = {
  width: 1280,
  height: 860,
  minWidth: 800,
  minHeight: 560,
  show: false,
  autoHideMenuBar: true,
  title: 'Spira Edge',
  webPreferences: {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    spellcheck: false,
    // The journal and the scores go on when the window is behind another.
    backgroundThrottling: false,
  },
} as const satisfies BrowserWindowConstructorOptions
