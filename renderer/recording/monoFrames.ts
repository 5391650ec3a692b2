import type { CaptureInput } from './captureProtocol.ts'
import { createGapFinder, type PlacedBlock } from './gapFinder.ts'

/** A block of mono samples in [-1, 1] at the rate the audio system delivers. */
export interface MonoFrame {
  readonly samples: Float32Array
  readonly sampleRateHz: number
  /** Samples that the audio system lost right before these, where its time stamps tell. */
  readonly missingBefore?: number
}

export interface FrameReader {
  /** Null at the end. */
  read(): Promise<MonoFrame | null>
  cancel(): void
}

export function frameReaderOf(input: CaptureInput): FrameReader {
  return input.kind === 'track-processor' ? trackFrames(input.readable) : portFrames(input.port, input.sampleRateHz)
}

function trackFrames(readable: ReadableStream<AudioData>): FrameReader {
  const reader = readable.getReader()
  const gaps = createGapFinder<StampedFrame>()
  const ready: PlacedBlock<StampedFrame>[] = []
  return {
    async read() {
      for (;;) {
        const next = ready.shift()
        if (next !== undefined) return { ...next.block, missingBefore: next.missingBefore }
        const { done, value } = await reader.read()
        ready.push(...(done ? gaps.end() : gaps.push(mixDown(value))))
        if (done && ready.length === 0) return null
      }
    },
    cancel: () => void reader.cancel().catch(() => undefined),
  }
}

interface StampedFrame extends MonoFrame {
  readonly timestampUs: number
  readonly sampleCount: number
}

/** Mean of the channels. Frees the frame: the audio system has only so many. */
function mixDown(data: AudioData): StampedFrame {
  const samples = new Float32Array(data.numberOfFrames)
  const plane = new Float32Array(data.numberOfFrames)
  for (let channel = 0; channel < data.numberOfChannels; channel += 1) {
    data.copyTo(plane, { planeIndex: channel, format: 'f32-planar' })
    for (const [at, sample] of plane.entries()) samples[at] = (samples[at] ?? 0) + sample / data.numberOfChannels
  }
  const frame = {
    samples,
    sampleRateHz: data.sampleRate,
    timestampUs: data.timestamp,
    sampleCount: samples.length,
  }
  data.close()
  return frame
}

/** The worklet posts Float32Array blocks, and null when it ends. */
function portFrames(port: MessagePort, sampleRateHz: number): FrameReader {
  const queue: (MonoFrame | null)[] = []
  let waiting: ((frame: MonoFrame | null) => void) | null = null
  const put = (frame: MonoFrame | null): void => {
    if (waiting === null) queue.push(frame)
    else {
      waiting(frame)
      waiting = null
    }
  }
  port.onmessage = ({ data }: MessageEvent<Float32Array | null>) =>
    put(data === null ? null : { samples: data, sampleRateHz })
  return {
    read: () => {
      const next = queue.shift()
      return next === undefined ? new Promise((resolve) => (waiting = resolve)) : Promise.resolve(next)
    },
    cancel: () => {
      port.close()
      put(null)
    },
  }
}
