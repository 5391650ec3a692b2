import { trackPitch } from '@spira/shared/signal/descriptors/pitch.ts'
import { createSpectrogramColumns } from '@spira/shared/signal/spectrogramColumns.ts'
import { segmentByLevel } from '@spira/shared/signal/speech/levelSegments.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import type { AnalysisReply, SoundAnalysis } from './soundAnalysis.ts'

/** One recording, one reply, then it ends: what takes a second for a long recording must not hold up the screen. */
self.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
  try {
    const { samples: decoded, sampleRateHz } = decodeWav(new Uint8Array(data))
    const samples = new Float32Array(decoded)
    const columns = createSpectrogramColumns().push(samples)
    const { firstTime, timeStep, f0Hz } = trackPitch(samples)
    const analysis: SoundAnalysis = {
      sampleRateHz,
      samples,
      durationSeconds: samples.length / sampleRateHz,
      columns,
      segments: segmentByLevel(samples),
      pitch: { firstTime, timeStep, f0Hz: new Float64Array(f0Hz) },
    }
    reply({ analysis })
  } catch (error) {
    reply({ failed: error instanceof Error ? error.message : String(error) })
  }
}

const reply = (message: AnalysisReply): void => self.postMessage(message)
