import type { ShellBridge } from '@spira/renderer/shell/bridge.ts'

/** The calls of the bridge: each is one IPC channel with one request and one reply. */
export type BridgeCall = Exclude<keyof ShellBridge, 'onQuitAsked'>

/** All there are. The preload exposes these and nothing else; the main process answers these and nothing else. */
export const BRIDGE_CALLS = [
  'about',
  'beginJournal',
  'appendJournal',
  'listJournals',
  'readJournal',
  'removeJournal',
  'loadKey',
  'keepKey',
  'setRecording',
  'readyToQuit',
  'exportFile',
  'importFile',
  'note',
] as const satisfies readonly BridgeCall[]

export const channelOf = (call: BridgeCall): string => `spira:${call}`

/** The one message that goes the other way. */
export const QUIT_ASKED = 'spira:quitAsked'
