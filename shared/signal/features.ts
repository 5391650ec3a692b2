import type { FeatureSpec } from './featureSpec.ts'
import { createFrameComputer } from './frames.ts'

/** Features of a whole clip. Holds its plan and scratch memory: make one per specification and keep it. */
export interface FeatureExtractor {
  /** Values a frame: coefficients, mel bands or spectrum bins. */
  readonly bins: number
  /** Frames of a clip of `sampleCount` samples: 1 + floor(sampleCount / hopLength), the first centred on sample 0. */
  frameCount(sampleCount: number): number
  /**
   * Row-major [frame][bin] of 16 kHz mono samples in [-1, 1]; the dB floor of MFCC is taken over these samples.
   * Computed in float64, given in float32. Agrees with torchaudio's Spectrogram, MelSpectrogram and MFCC.
   * @throws RangeError on a clip without samples.
   */
  extract(samples: Float32Array): Float32Array
}

export const createFeatureExtractor = (spec: FeatureSpec): FeatureExtractor => {
  const computer = createFrameComputer(spec)
  const { rowLength, firstSample, sampleSpan } = computer
  const frameCount = (sampleCount: number): number => 1 + Math.floor(sampleCount / spec.hopLength)
  let rows = new Float64Array(0)
  return {
    bins: computer.bins,
    frameCount,
    extract: (samples) => {
      if (samples.length === 0) throw new RangeError('There are no samples to take features from')
      const frames = frameCount(samples.length)
      if (rows.length < frames * rowLength) rows = new Float64Array(frames * rowLength)
      for (let frame = 0; frame < frames; frame++) {
        const start = frame * spec.hopLength + firstSample
        if (start >= 0 && start + sampleSpan <= samples.length) computer.inside(samples, start, rows, frame * rowLength)
        else computer.atEdge(samples, 0, samples.length, start, rows, frame * rowLength)
      }
      return computer.finish(rows, 0, frames)
    },
  }
}
