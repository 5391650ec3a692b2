import { wavToFlac } from '../flac.ts'
import type { ExportItem } from '../deidentification.ts'
import type { ExportFile, ExportSource } from './layout.ts'

/** Where the item's audio lies under `folder`, with the ending of its coding. */
export const audioPath = ({ audio }: ExportSource, item: ExportItem, folder: string): string =>
  `${folder}${item.key}.${audio}`

/** The item's audio: the WAV byte for byte as it was filed, or the same samples as FLAC. */
export const audioFile = (source: ExportSource, item: ExportItem, path: string): ExportFile => ({
  path,
  content: { whole: () => audioBytes(source, item) },
  // A blob's name is the SHA-256 of its bytes.
  ...(source.audio === 'wav' && { sha256: item.sha256 }),
})

/** The whole of it, a recording being small. */
export async function audioBytes(source: ExportSource, item: ExportItem): Promise<Uint8Array> {
  const wav = await source.readWav(item)
  return source.audio === 'flac' ? wavToFlac(wav) : wav
}
