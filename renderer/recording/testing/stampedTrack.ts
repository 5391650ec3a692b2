/** A block of a track as MediaStreamTrackProcessor would deliver it. */
export interface StampedBlock {
  readonly timestampUs: number
  readonly samples: Float32Array
  readonly sampleRateHz: number
}

/** `samples` in blocks of 10 ms, stamped as they sound, from `startUs` on. */
export function blocksOf(samples: Float32Array, sampleRateHz: number, startUs = 0): readonly StampedBlock[] {
  const length = sampleRateHz / 100
  return Array.from({ length: Math.floor(samples.length / length) }, (_, at) => ({
    timestampUs: startUs + at * 10_000,
    samples: samples.subarray(at * length, (at + 1) * length),
    sampleRateHz,
  }))
}

/** The readable side of a track processor that delivers these blocks and then ends. Node has no AudioData: this has what is read of it. */
export function trackOf(blocks: readonly StampedBlock[]): ReadableStream<AudioData> {
  return new ReadableStream<AudioData>({
    start(controller) {
      for (const { timestampUs, samples, sampleRateHz } of blocks) {
        const data: Omit<AudioData, 'clone' | 'allocationSize'> = {
          timestamp: timestampUs,
          duration: (samples.length / sampleRateHz) * 1e6,
          format: 'f32-planar',
          numberOfChannels: 1,
          numberOfFrames: samples.length,
          sampleRate: sampleRateHz,
          copyTo: (plane) => (plane as Float32Array).set(samples),
          close: () => undefined,
        }
        controller.enqueue(data as AudioData)
      }
      controller.close()
    },
  })
}
