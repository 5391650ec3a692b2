import type { ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import type { Cell } from '../csv.ts'
import type { ExportItem } from '../deidentification.ts'

/** One file of an export, and where its bytes come from when the export gets to it. */
export interface ExportFile {
  readonly path: string
  readonly content:
    | string
    /** Small enough to be whole in memory; begun a little before its turn (readAhead.ts). */
    | { readonly whole: () => Promise<Uint8Array> }
    /** Of any size. What is yielded is the archive's from there on. */
    | { readonly pieces: () => AsyncIterable<Uint8Array> }
  /** Of the content where it is known already, as of audio that was filed under it. */
  readonly sha256?: string
}

export interface DatasetDescription {
  readonly name: string
  readonly description: string
  readonly contentHash: string
  readonly recordings: number
  readonly participants: number
  readonly present: number
  readonly absent: number
  readonly simulated: boolean
  readonly frozenAt: Date
}

/** What a layout arranges. */
export interface ExportSource {
  readonly dataset: DatasetDescription
  /** Who publishes it, where the server was told: no row names a place. */
  readonly institution: string | null
  readonly items: readonly ExportItem[]
  readonly columns: readonly string[]
  readonly audio: ExportRequest['audio']
  /** The recording as the server filed it: WAV, PCM16, 16 kHz, mono. */
  readonly readWav: (item: ExportItem) => Promise<Uint8Array>
}

export type Layout = (source: ExportSource) => Iterable<ExportFile>

export const rowOf = (item: ExportItem, more: Readonly<Record<string, Cell>>): Record<string, Cell> => ({
  ...more,
  ...item.row,
})
