import { describeSpeech } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { openSpeechDetection } from '../../training/speechDetection.ts'
import { toCsv } from '../csv.ts'
import { type ExportSource, type Layout, rowOf } from './layout.ts'

/** No audio: the MFCC of each recording as a NumPy file [frame, coefficient], and one table of the acoustic descriptors. */
export const features: Layout = function* (source) {
  const rows = source.items.map((item) => rowOf(item, { file: `mfcc/${item.key}.npy` }))
  yield { path: 'metadata.csv', content: toCsv(['file', ...source.columns], rows) }
  yield { path: 'mfcc.json', content: `${JSON.stringify(SPIRA_MFCC, null, 2)}\n` }
  const extractor = createFeatureExtractor(SPIRA_MFCC)
  for (const item of source.items)
    yield {
      path: `mfcc/${item.key}.npy`,
      content: {
        whole: async () => {
          const { samples } = decodeWav(await source.readWav(item))
          return npy(extractor.extract(samples), [extractor.frameCount(samples.length), extractor.bins])
        },
      },
    }
  yield { path: 'descriptors.csv', content: { pieces: () => descriptors(source) } }
}

async function* descriptors(source: ExportSource): AsyncGenerator<Uint8Array> {
  const detection = await openSpeechDetection().catch(() => null)
  let columns: string[] | null = null
  try {
    for (const item of source.items) {
      const { samples } = decodeWav(await source.readWav(item))
      const segments = detection === null ? segmentByLevel(samples) : await detectSpeech(detection, samples)
      const row = { recording: item.key, ...describeSpeech(samples, segments) }
      const text = toCsv(Object.keys(row), [row])
      // The head once, before the first row.
      yield Buffer.from(columns === null ? text : text.slice(text.indexOf('\n') + 1))
      columns = Object.keys(row)
    }
  } finally {
    await detection?.release()
  }
}

/** NumPy's format 1.0 (numpy.lib.format): little-endian float32, C order. */
export function npy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  const padded = description.padEnd(Math.ceil((10 + description.length + 1) / 64) * 64 - 11) + '\n'
  const head = Buffer.alloc(10)
  head.write('\u0093NUMPY', 'latin1')
  head.writeUInt8(1, 6)
  head.writeUInt16LE(padded.length, 8)
  return Buffer.concat([head, Buffer.from(padded), Buffer.from(values.buffer, values.byteOffset, values.byteLength)])
}
