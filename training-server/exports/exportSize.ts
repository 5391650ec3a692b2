import type { ExportLayout, ExportPreview } from '@spira/shared/protocol/exportsApi.ts'
import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import type { ExportSource } from './layouts/layout.ts'
import { NPY_HEAD_BYTES } from './layouts/npy.ts'

const WAV_HEADER_BYTES = 44
const SAMPLE_BYTES = 2
/** Of libFLAC at its level 5: samples a frame; stream info, seek points and comment; head and sums of a frame whose samples did not shrink. */
const FLAC = { blockSamples: 4096, headBytes: 512, frameBytes: 32 } as const

/** How much sound leaves or, where none does, how much is made of it; before any of it is read. */
export function exportSize({ items, audio }: ExportSource, layout: ExportLayout): ExportPreview['size'] {
  const lengths = items.map(({ row }) => Number(row['sample_count'] ?? 0))
  const sum = (bytesOf: (samples: number) => number): number => lengths.reduce((all, each) => all + bytesOf(each), 0)
  if (layout === 'features' || layout === 'features-parquet') {
    const { bins, frameCount } = createFeatureExtractor(SPIRA_MFCC)
    const head = layout === 'features' ? NPY_HEAD_BYTES : 0
    const bytes = sum((samples) => frameCount(samples) * bins * Float32Array.BYTES_PER_ELEMENT + head)
    return { of: 'mfcc', bytes, measure: layout === 'features' ? 'exact' : 'about' }
  }
  if (audio === 'wav')
    return { of: 'wav', bytes: sum((samples) => WAV_HEADER_BYTES + samples * SAMPLE_BYTES), measure: 'exact' }
  const { blockSamples, headBytes, frameBytes } = FLAC
  const bytes = sum((samples) => headBytes + samples * SAMPLE_BYTES + Math.ceil(samples / blockSamples) * frameBytes)
  return { of: 'flac', bytes, measure: 'at-most' }
}
