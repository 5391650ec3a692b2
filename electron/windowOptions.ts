import type { BrowserWindowConstructorOptions } from 'electron'

export interface WindowChoices {
  readonly kiosk: boolean
  /** Absolute path of the built preload. */
  readonly preload: string
  /** The developer tools are for those who run the app from source. */
  readonly devTools: boolean
}

/** The one window. Its page is sandboxed, isolated and without Node: it can do what a web page can, and call the bridge. */
export const windowOptions = ({ kiosk, preload, devTools }: WindowChoices) =>
  ({
    width: 1280,
    height: 860,
    minWidth: 800,
    minHeight: 560,
    show: false,
    kiosk,
    autoHideMenuBar: true,
    title: 'Spira Edge',
    webPreferences: {
      preload,
      devTools,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // The journal and the scores go on when the window is behind another.
      backgroundThrottling: false,
    },
  }) as const satisfies BrowserWindowConstructorOptions
