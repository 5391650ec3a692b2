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

  /** The key everything on this device is sealed with; null when none was ever kept here. */
  loadKey(): Promise<ShellReply<Uint8Array<ArrayBuffer> | null>>
  /** Wraps it by the operating system's key store. Never replaces one. */
  keepKey(request: { readonly key: Uint8Array<ArrayBuffer> }): Promise<ShellReply<null>>

  /** While true the machine does not go to sleep, and quitting asks the app first. */
  setRecording(request: { readonly recording: boolean }): Promise<ShellReply<null>>
  /** The person wants to quit: stop, keep the take, then `readyToQuit`. At most one listener. */
  onQuitAsked(listener: () => void): void
  readyToQuit(): Promise<ShellReply<null>>

  /** Asks where to and writes it there, for example on a USB stick. `saved: false` when the person thought better of it. */
  exportFile(request: {
    readonly name: string
    readonly bytes: Uint8Array<ArrayBuffer>
  }): Promise<ShellReply<{ readonly saved: boolean }>>
  /** Asks which file and reads it; null when the person thought better of it. */
  importFile(request: {
    readonly extensions: readonly string[]
    readonly maxBytes: number
  }): Promise<ShellReply<ImportedFile | null>>

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

export interface JournalPage {
  readonly header: JournalHeader
  readonly chunks: readonly { readonly index: number; readonly sealed: Sealed }[]
  /** First index of the next page; null at the end. */
  readonly next: number | null
}

export interface ImportedFile {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
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
  | 'file-too-large'
  | 'file-failed'
  | 'internal'

export type ShellReply<T> =
  | { readonly ok: true; readonly value: T }
  /** `sentence`: what happened, what was kept, what to do. */
  | { readonly ok: false; readonly code: ShellErrorCode; readonly sentence: string }
