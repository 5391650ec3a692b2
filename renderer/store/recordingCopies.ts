import type { Live } from '../bedside/bedside.ts'
import type { ChunkRow, OutboxRow } from './database.ts'

/**
 * A second copy of each recording outside the browser's database, where the app runs in the shell. A copy that cannot be written ends no
 * recording: it is noted as missing, said, and written later.
 */
export interface RecordingCopies {
  /** Opens the copy of a recording whose rows are in the database. On disk, or noted as missing, when it resolves. */
  begin(recordingId: string): Promise<void>
  /** For the process that writes the journal; see copyChunksTo. */
  openPort(): MessagePort
  /** How many recordings of this device lack their second copy, or a part of it. */
  readonly missing: Live<number>
  /** Writes what is missing, withdrawals too, as far as it can be now. @throws ShellRefusal when not all of it can. */
  writeMissing(): Promise<void>
  /** Puts back what the database lost of a recording, or cannot open any more, and the copy still has. */
  mend(recordingId: string): Promise<void>
  /** Keeps a withdrawal that the server has no receipt for. A disk that takes nothing is no reason not to withdraw: kept later. */
  keepWithdrawal(row: Pick<OutboxRow, 'id' | 'sealed'>): Promise<void>
  /** Lets every kept withdrawal go: the device is erased. */
  removeWithdrawals(): Promise<void>
  /** After the receipt, or before the recording itself is removed: what is left of it would be offered back. */
  remove(recordingId: string): Promise<void>
}

/** Resolves once the chunk is on disk there too, or the copy is noted as missing. */
export type CopyChunk = (chunk: ChunkRow) => Promise<void>
