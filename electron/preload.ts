import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE_CALLS, channelOf, QUIT_ASKED, UPDATE_CHANGED } from './channels.ts'

/**
 * Runs sandboxed before the page. The page gets functions that each send on one fixed channel; never ipcRenderer, an event or a
 * channel's name.
 */
const calls = BRIDGE_CALLS.map((call) => [
  call,
  (request: unknown): Promise<unknown> => ipcRenderer.invoke(channelOf(call), request),
])

contextBridge.exposeInMainWorld('spiraShell', {
  ...Object.fromEntries(calls),
  onQuitAsked(listener: () => void): void {
    ipcRenderer.removeAllListeners(QUIT_ASKED)
    ipcRenderer.on(QUIT_ASKED, () => listener())
  },
  onUpdate(listener: (update: unknown) => void): void {
    ipcRenderer.removeAllListeners(UPDATE_CHANGED)
    ipcRenderer.on(UPDATE_CHANGED, (_event, update: unknown) => listener(update))
  },
})
