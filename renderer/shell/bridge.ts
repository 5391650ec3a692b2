import type { Sealed } from '../store/envelope.ts'

/**
 * What the desktop shell offers the app, as `window.spiraShell`. The shell implements this; on the web it is absent, and the app
 * has everything else. Every call answers with a ShellReply: an error's class does not survive the way between processes.
 */
export interface ShellBridge {
  about(): Promise<ShellReply<ShellAbout>>

  /** Opens the second copy of a recording with the sealed rows it belongs to. On disk when it answers. */
  beginJournal(header: JournalHeader): Promise<ShellReply<null>>
  /** Adds one chunk. On disk (fsync) when it answers `ok`; otherwise not acknowledged. */
  appendJournal(chunk: JournalChunk): Promise<ShellReply<null>>
  /** Ids of the recordings the shell holds a copy of. */
  listJournals(): Promise<ShellReply<readonly string[]>>
  /** The copy's header and its chunks from index `from`, a few megabytes of them. */
  readJournal(request: { readonly recordingId: string; readonly from: number }): Promise<ShellReply<JournalPage>>
  /** After the receipt, or when the recording was discarded. Done already is done. */
  removeJournal(request: { readonly recordingId: string }): Promise<ShellReply<null>>

  /** Keeps a withdrawal until the server has it. On disk when it answers. */
  keepWithdrawal(withdrawal: KeptWithdrawal): Promise<ShellReply<null>>
  listWithdrawals(): Promise<ShellReply<readonly KeptWithdrawal[]>>
  /** After the receipt. Done already is done. */
  removeWithdrawal(request: { readonly id: string }): Promise<ShellReply<null>>

  /** The key everything on this device is sealed with; null when none was ever kept here. */
  loadKey(): Promise<ShellReply<Uint8Array<ArrayBuffer> | null>>
  /** Wraps it by the operating system's key store. Never replaces one. */
  keepKey(request: { readonly key: Uint8Array<ArrayBuffer> }): Promise<ShellReply<null>>

  /** While true the machine does not go to sleep, and quitting asks the app first. */
  setRecording(request: { readonly recording: boolean }): Promise<ShellReply<null>>
  /** The person wants to quit: stop, keep the take, then `readyToQuit`. At most one listener. */
  onQuitAsked(listener: () => void): void
  readyToQuit(): Promise<ShellReply<null>>

  /** Whether an encounter is on the screen: until it is left, the app is neither updated nor started anew. */
  setEncounterOpen(request: { readonly open: boolean }): Promise<ShellReply<null>>

  /** What came of looking for an update of the desktop app. */
  updateState(): Promise<ShellReply<ShellUpdate>>
  /** From then on, each change of it. At most one listener. */
  onUpdate(listener: (update: ShellUpdate) => void): void
  /** Closes the app, installs the update that is ready and opens the app again; not while an encounter is open. */
  installUpdate(): Promise<ShellReply<'installing' | 'postponed' | 'none'>>

  /** Asks where to, for example on a USB stick; null when the person thought better of it. One export at a time. */
  beginExport(request: { readonly name: string }): Promise<ShellReply<{ readonly file: string } | null>>
  /** At most 4 MiB a call. */
  appendExport(request: { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> }): Promise<ShellReply<null>>
  /** Under its name, and on the medium (fsync), when it answers. */
  finishExport(request: { readonly file: string }): Promise<ShellReply<null>>
  /** Asks which file; null when the person thought better of it. One import at a time. */
  beginImport(request: { readonly extensions: readonly string[] }): Promise<ShellReply<OpenedFile | null>>
  /** The next bytes, at most 4 MiB; none at the end. */
  readImport(request: { readonly file: string; readonly from: number }): Promise<ShellReply<Uint8Array<ArrayBuffer>>>
  /** Lets an imported file go, or takes back an export that was not finished. Done already is done. */
  closeFile(request: { readonly file: string }): Promise<ShellReply<null>>

  /** Asks where to and writes what helps IT to help: no recording, no identity, no key. */
  saveDiagnostics(request: { readonly page: PageFacts }): Promise<ShellReply<{ readonly saved: boolean }>>
  /** Opens the operating system's own switch for the microphone; `opened: false` where it has no such page. */
  openMicrophoneSettings(): Promise<ShellReply<{ readonly opened: boolean }>>

  /** A line in the shell's log: one of these codes, never a text that could name somebody. */
  note(request: { readonly code: ShellNote }): Promise<ShellReply<null>>
}

export type ShellNote = 'app-started' | 'app-failed' | 'copy-without-key' | 'copy-failed' | 'recordings-rebuilt'

export interface ShellAbout {
  readonly version: string
  readonly platform: string
  readonly kiosk: boolean
  /** What IT set for this installation, or null. */
  readonly serverUrl: string | null
  readonly site: string | null
}

/** Everything is sealed but ids, states and times. */
export interface JournalHeader {
  readonly recordingId: string
  readonly startedAt: number
  readonly recording: Sealed
  /** The participant's data key, wrapped; absent from copies of version 1, which the device's own key sealed. */
  readonly participantKey?: Sealed | undefined
  readonly encounter: {
    readonly id: string
    readonly participantId: string
    readonly updatedAt: number
    readonly sealed: Sealed
  }
}

export interface JournalChunk {
  readonly recordingId: string
  readonly index: number
  readonly sealed: Sealed
}

/** A `participant.withdrawn` event by its id, sealed as in the outbox. */
export interface KeptWithdrawal {
  readonly id: string
  readonly sealed: Sealed
}

export interface JournalPage {
  readonly header: JournalHeader
  readonly chunks: readonly { readonly index: number; readonly sealed: Sealed }[]
  /** First index of the next page; null at the end. */
  readonly next: number | null
}

export interface OpenedFile {
  readonly file: string
  readonly name: string
  readonly bytes: number
}

export type ShellUpdate =
  /** Not looked for yet. */
  | { readonly kind: 'unknown' }
  /** This installation does not update itself, and why. */
  | { readonly kind: 'off'; readonly reason: 'policy' | 'no-server' | 'no-key' | 'package' }
  | { readonly kind: 'current' }
  /** An encounter is open: nothing is fetched, nothing is installed. */
  | { readonly kind: 'postponed' }
  /** Downloaded and checked: installed when the app is closed, or by `installUpdate`. */
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'failed'; readonly reason: 'unsigned' | 'damaged' | 'not-offered' | 'unreachable' }

/** What the page knows of itself, for the diagnostics: numbers and versions. Null before the device's data could be opened. */
export interface PageFacts {
  readonly modelVersion: number | null
  readonly outbox: {
    readonly waiting: number
    readonly sending: number
    readonly synced: number
    readonly attention: number
  } | null
  readonly storage: { readonly usedBytes: number; readonly quotaBytes: number; readonly persisted: boolean } | null
  readonly isolated: boolean
  readonly threads: number
}

export type ShellErrorCode =
  | 'not-allowed'
  | 'request-invalid'
  | 'journal-exists'
  | 'journal-unknown'
  | 'journal-damaged'
  | 'storage-full'
  | 'storage-failed'
  | 'key-store-unavailable'
  | 'key-store-insecure'
  | 'key-store-changed'
  | 'key-missing'
  | 'key-damaged'
  | 'key-exists'
  | 'file-unknown'
  | 'file-full'
  | 'file-failed'
  | 'internal'

export type ShellReply<T> =
  | { readonly ok: true; readonly value: T }
  /** `sentence`: what happened, what was kept, what to do. */
  | { readonly ok: false; readonly code: ShellErrorCode; readonly sentence: string }
