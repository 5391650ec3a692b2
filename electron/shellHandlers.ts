import type { PageFacts, ShellAbout, ShellUpdate } from '@spira/renderer/shell/bridge.ts'
import type { BridgeHandlers } from './bridge.ts'
import type { ChosenFiles } from './files/chosenFiles.ts'
import type { Journals } from './journal/journals.ts'
import type { Withdrawals } from './journal/withdrawals.ts'
import type { DeviceKey } from './keys/deviceKey.ts'
import type { ShellLog } from './log/shellLog.ts'
import type { RecordingGuard } from './quit/recordingGuard.ts'
import { ShellError } from './shellError.ts'

export interface ShellParts {
  readonly about: ShellAbout
  readonly journals: Journals
  readonly withdrawals: Withdrawals
  readonly deviceKey: DeviceKey
  readonly files: ChosenFiles
  readonly guard: Pick<RecordingGuard, 'setRecording' | 'setEncounterOpen' | 'ready'>
  readonly updates: {
    readonly state: () => ShellUpdate
    readonly install: () => 'installing' | 'postponed' | 'none'
  }
  /** @returns whether the person chose a place and it was written there. */
  readonly saveDiagnostics: (page: PageFacts | null) => Promise<boolean>
  /** @returns whether the operating system has such a page. */
  readonly openMicrophoneSettings: () => Promise<boolean>
  readonly log: ShellLog
  /** Tells the person in front of the machine what a refusal says, without waiting for an answer. */
  readonly warn: (refusal: ShellError) => void
}

const done = (work: Promise<void>): Promise<null> => work.then(() => null)

/** Each call of the bridge and the part of the shell that answers it. */
export function createShellHandlers(parts: ShellParts): BridgeHandlers {
  const {
    about,
    journals,
    withdrawals,
    deviceKey,
    files,
    guard,
    updates,
    saveDiagnostics,
    openMicrophoneSettings,
    log,
    warn,
  } = parts

  /** A key that cannot be kept or opened is said to the person at once, whatever the page does with the reply. */
  async function loudly<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof ShellError) warn(error)
      throw error
    }
  }

  return {
    about: async () => about,
    beginJournal: (header) => done(journals.begin(header)),
    appendJournal: (chunk) => done(journals.append(chunk)),
    listJournals: () => journals.list(),
    readJournal: ({ recordingId, from }) => journals.read(recordingId, from),
    removeJournal: ({ recordingId }) => done(journals.remove(recordingId)),
    keepWithdrawal: (withdrawal) => done(withdrawals.keep(withdrawal)),
    listWithdrawals: () => withdrawals.list(),
    removeWithdrawal: ({ id }) => done(withdrawals.remove(id)),
    loadKey: () => loudly(deviceKey.load()),
    keepKey: ({ key }) => done(loudly(deviceKey.keep(key))),
    setRecording: async ({ recording }) => {
      guard.setRecording(recording)
      return null
    },
    setEncounterOpen: async ({ open }) => {
      guard.setEncounterOpen(open)
      return null
    },
    readyToQuit: async () => {
      guard.ready()
      return null
    },
    updateState: async () => updates.state(),
    installUpdate: async () => updates.install(),
    beginExport: (request) => files.beginExport(request),
    appendExport: (request) => done(files.appendExport(request)),
    finishExport: (request) => done(files.finishExport(request)),
    beginImport: (request) => files.beginImport(request),
    readImport: (request) => files.readImport(request),
    closeFile: (request) => done(files.close(request)),
    saveDiagnostics: async ({ page }) => ({ saved: await saveDiagnostics(page) }),
    openMicrophoneSettings: async () => ({ opened: await openMicrophoneSettings() }),
    note: async ({ code }) => {
      log.note(code)
      return null
    },
  }
}
