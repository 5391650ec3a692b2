import type { ParquetWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { PieceWriter } from './pieceWriter.ts'

/** Definition levels of a page of one value under two optional levels (RLE, 2 bits): a run of one, at the full depth. */
const PRESENT = Uint8Array.of(1 << 1, 2)

interface AudioPage {
  readonly offset: bigint
  readonly compressed_page_size: number
  readonly first_row_index: bigint
}

/**
 * The sounds of a row group as the column chunk `audio.bytes`, a page a recording (data page V2, PLAIN, uncompressed), of which each
 * sound is passed on as it is: hyparquet-writer copies every value several times on its way, which for audio takes longer than writing it.
 */
export class AudioChunk {
  readonly #sink: PieceWriter
  readonly #start: number
  readonly #pages: AudioPage[] = []

  constructor(sink: PieceWriter) {
    this.#sink = sink
    this.#start = sink.offset
  }

  /** The sound of the group's next row. */
  add(audio: Uint8Array): void {
    const sink = this.#sink
    const offset = sink.offset
    const size = PRESENT.length + 4 + audio.length
    writePageHeader(sink, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: size,
      compressed_page_size: size,
      data_page_header_v2: {
        num_values: 1,
        num_nulls: 0,
        num_rows: 1,
        encoding: 'PLAIN',
        definition_levels_byte_length: PRESENT.length,
        repetition_levels_byte_length: 0,
        is_compressed: false,
      },
    })
    sink.appendBytes(PRESENT)
    sink.appendUint32(audio.length)
    sink.appendPiece(audio)
    this.#pages.push({
      offset: BigInt(offset),
      compressed_page_size: sink.offset - offset,
      first_row_index: BigInt(this.#pages.length),
    })
  }

  /**
   * Writes the group's other columns: `write` gives them to `writer`, with `audio.bytes` first, PLAIN and empty; this chunk, which lies before
   * them in the file, then takes that one's place.
   */
  finishGroup(writer: ParquetWriter, write: () => void): void {
    const byteLength = BigInt(this.#sink.offset - this.#start)
    const place = writer.pendingIndexes.length
    write()
    const group = writer.row_groups.at(-1)
    const empty = group?.columns[0]?.meta_data
    if (group === undefined || empty === undefined) throw new Error('the row group has no column for the audio')
    const chunk = {
      file_offset: BigInt(this.#start),
      meta_data: {
        ...empty,
        data_page_offset: BigInt(this.#start),
        num_values: BigInt(this.#pages.length),
        total_compressed_size: byteLength,
        total_uncompressed_size: byteLength,
      },
    }
    group.columns[0] = chunk
    group.total_byte_size += byteLength - empty.total_uncompressed_size
    group.total_compressed_size = (group.total_compressed_size ?? 0n) + byteLength - empty.total_compressed_size
    writer.pendingIndexes[place] = { chunk, offsetIndex: { page_locations: this.#pages } }
  }
}
