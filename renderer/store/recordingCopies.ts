import type { ChunkRow } from './database.ts'

/** A second copy of each recording outside the browser's database, where the app runs in the shell. */
export interface RecordingCopies {
  /** Opens the copy of a recording whose rows are in the database. On disk when it resolves. */
  begin(recordingId: string): Promise<void>
  /** For the process that writes the journal; see copyChunksTo. */
  openPort(): MessagePort
  /** Puts back what the database lost of a recording, or cannot open any more, and the copy still has. */
  mend(recordingId: string): Promise<void>
  /** After the receipt, or before the recording itself is removed: what is left of it would be offered back. */
  remove(recordingId: string): Promise<void>
}

/** Resolves once the chunk is on disk there too. */
export type CopyChunk = (chunk: ChunkRow) => Promise<void>
