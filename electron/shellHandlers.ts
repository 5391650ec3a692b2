import type { ShellAbout } from '@spira/renderer/shell/bridge.ts'
import type { BridgeHandlers } from './bridge.ts'
import type { ChosenFiles } from './files/chosenFiles.ts'
import type { Journals } from './journal/journals.ts'
import type { DeviceKey } from './keys/deviceKey.ts'
import type { ShellLog } from './log/shellLog.ts'
import type { RecordingGuard } from './quit/recordingGuard.ts'
import { ShellError } from './shellError.ts'

export interface ShellParts {
  readonly about: ShellAbout
  readonly journals: Journals
  readonly deviceKey: DeviceKey
  readonly files: ChosenFiles
  readonly guard: Pick<RecordingGuard, 'setRecording' | 'ready'>
  readonly log: ShellLog
  /** Shows a sentence to the person in front of the machine, without waiting for an answer. */
  readonly warn: (sentence: string) => void
}

/** Each call of the bridge and the part of the shell that answers it. */
export function createShellHandlers(parts: ShellParts): BridgeHandlers {
  const { about, journals, deviceKey, files, guard, log, warn } = parts

  /** A key that cannot be kept or opened is said to the person at once, whatever the page does with the reply. */
  async function loudly<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof ShellError) warn(error.message)
      throw error
    }
  }

  return {
    about: async () => about,
    beginJournal: async (header) => {
      await journals.begin(header)
      return null
    },
    appendJournal: async (chunk) => {
      await journals.append(chunk)
      return null
    },
    listJournals: () => journals.list(),
    readJournal: ({ recordingId, from }) => journals.read(recordingId, from),
    removeJournal: async ({ recordingId }) => {
      await journals.remove(recordingId)
      return null
    },
    loadKey: () => loudly(deviceKey.load()),
    keepKey: async ({ key }) => {
      await loudly(deviceKey.keep(key))
      return null
    },
    setRecording: async ({ recording }) => {
      guard.setRecording(recording)
      return null
    },
    readyToQuit: async () => {
      guard.ready()
      return null
    },
    exportFile: (request) => files.exportFile(request),
    importFile: (request) => files.importFile(request),
    note: async ({ code }) => {
      log.note(code)
      return null
    },
  }
}
