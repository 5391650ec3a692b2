import { wavToFlac } from '../flac.ts'
import type { ExportItem } from '../deidentification.ts'
import { type ExportFile, type ExportSource, wholeWav } from './layout.ts'

/** Where the item's audio lies under `folder`, with the ending of its coding. */
export const audioPath = ({ audio }: ExportSource, item: ExportItem, folder: string): string =>
  `${folder}${item.key}.${audio}`

/** The item's audio: the WAV byte for byte as it was filed, or the same samples as FLAC. */
export const audioFile = (source: ExportSource, item: ExportItem, path: string): ExportFile => ({
  path,
  content: () => audioBytes(source, item),
})

export async function* audioBytes(source: ExportSource, item: ExportItem): AsyncGenerator<Uint8Array> {
  if (source.audio === 'flac') yield await wavToFlac(await wholeWav(source, item))
  else yield* await source.openWav(item)
}
