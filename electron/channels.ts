import type { ShellBridge } from '@spira/renderer/shell/bridge.ts'

/** The calls of the bridge: each is one IPC channel with one request and one reply. */
export type BridgeCall = Exclude<keyof ShellBridge, 'onQuitAsked' | 'onUpdate'>

/** All there are. The preload exposes these and nothing else; the main process answers these and nothing else. */
export const BRIDGE_CALLS = [
  'about',
  'beginJournal',
  'appendJournal',
  'listJournals',
  'readJournal',
  'removeJournal',
  'keepWithdrawal',
  'listWithdrawals',
  'removeWithdrawal',
  'loadKey',
  'keepKey',
  'setRecording',
  'readyToQuit',
  'setEncounterOpen',
  'updateState',
  'installUpdate',
  'beginExport',
  'appendExport',
  'finishExport',
  'beginImport',
  'readImport',
  'closeFile',
  'saveDiagnostics',
  'openMicrophoneSettings',
  'note',
] as const satisfies readonly BridgeCall[]

export const channelOf = (call: BridgeCall): string => `spira:${call}`

/** The two messages that go the other way. */
export const QUIT_ASKED = 'spira:quitAsked'
export const UPDATE_CHANGED = 'spira:updateChanged'
