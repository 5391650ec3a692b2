import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { toCsv } from '../csv.ts'
import { describedRecordings, type DescribedRecording, DESCRIPTORS } from './descriptors.ts'
import type { ExportFile, ExportSource, Layout } from './layout.ts'
import { npyMatrix, npyRecords } from './npy.ts'
import { csvFile } from './tables.ts'

/** What the MFCC are: the numbers by which anybody computes them again. */
export const mfccDescription: ExportFile = { path: 'mfcc.json', content: `${JSON.stringify(SPIRA_MFCC, null, 2)}\n` }

/** No audio: the MFCC of each recording as a NumPy file [frame, coefficient], and the acoustic descriptors as CSV and NumPy records. */
export const features: Layout = function* (source) {
  yield csvFile(source, 'features', 'metadata.csv')
  yield mfccDescription
  const extractor = createFeatureExtractor(SPIRA_MFCC)
  for (const item of source.items)
    yield {
      path: `mfcc/${item.key}.npy`,
      content: {
        whole: async () => {
          const { samples } = decodeWav(await source.readWav(item))
          return npyMatrix(extractor.extract(samples), [extractor.frameCount(samples.length), extractor.bins])
        },
      },
    }
  const described: DescribedRecording[] = []
  yield { path: 'descriptors.csv', content: { pieces: () => asCsv(source, described) } }
  // Measured once: by now they are all there.
  yield { path: 'descriptors.npy', content: { pieces: () => asRecords(described) } }
}

async function* asCsv(source: ExportSource, described: DescribedRecording[]): AsyncGenerator<Uint8Array> {
  const columns = ['recording', ...DESCRIPTORS]
  const head = toCsv(columns, [])
  yield Buffer.from(head)
  for await (const row of describedRecordings(source)) {
    described.push(row)
    yield Buffer.from(toCsv(columns, [row]).slice(head.length))
  }
}

// oxlint-disable-next-line typescript/require-await -- a file's pieces come asynchronously, these are one and there
async function* asRecords(described: readonly DescribedRecording[]): AsyncGenerator<Uint8Array> {
  yield npyRecords('recording', DESCRIPTORS, described)
}
