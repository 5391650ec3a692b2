import { describeSpeech } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { createSpectrogramColumns } from '@spira/shared/signal/spectrogramColumns.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import type { AnalysisRequest, TakeAnalysis } from './takeAnalysis.ts'

/** One request, one reply, then it ends: what takes seconds for a long take must not hold up the screen. */
self.onmessage = ({ data: { samples, segments } }: MessageEvent<AnalysisRequest>) => {
  const columns = createSpectrogramColumns().push(samples)
  const used = segments ?? segmentByLevel(samples)
  const analysis: TakeAnalysis = {
    columns,
    segments: used,
    speechBy: segments === null ? 'level' : 'detector',
    descriptors: describeSpeech(samples, used),
  }
  self.postMessage(analysis, { transfer: [columns.buffer] })
}
