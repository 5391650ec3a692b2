import { createFeatureExtractor } from './features.ts'
import type { FeatureSpec } from './featureSpec.ts'
import { createFrameComputer } from './frames.ts'
import { cutWindow, windowSamples, type WindowSpec } from './windows.ts'

export interface WindowFeatures {
  /** Where the window starts in the recording. */
  readonly startMs: number
  /** [frames][bins], as `createFeatureExtractor(spec).extract` gives for this window. */
  readonly features: Float32Array
}

/** Window features while the sound comes in. */
export interface WindowStream {
  /** Takes the next samples (any number) and gives the windows they completed. */
  push(samples: Float32Array): WindowFeatures[]
  /** Gives the last window, if the end of the signal needs one (see `windowStarts`). The stream is then over. */
  finish(): WindowFeatures[]
}

/**
 * Gives exactly the windows, bit for bit, that `windowStarts` and `extract(cutWindow(...))` give on the whole signal. A frame inside the
 * signal is computed once and shared by the windows it lies in; only frames that touch a window's reflected ends are computed per window.
 * That needs a window hop that is a whole number of frame hops; with any other each window is computed by itself.
 * Memory: two windows of samples and of frames, however long the recording.
 */
export const createWindowStream = (spec: FeatureSpec, window: WindowSpec): WindowStream => {
  const { length, hop } = windowSamples(window, spec.sampleRateHz)
  const extractor = createFeatureExtractor(spec)
  const history = createHistory(Math.max(length, hop, spec.winLength + spec.hopLength))
  const frames = hop % spec.hopLength === 0 ? createFrameHistory(spec, length) : undefined
  let nextStart = 0
  let finished = false
  const at = (start: number, features: Float32Array): WindowFeatures => ({
    startMs: (start * 1000) / spec.sampleRateHz,
    features,
  })

  const completeWindow = (): WindowFeatures => {
    const start = nextStart
    nextStart += hop
    const samples = history.last(length)
    return at(start, frames ? frames.window(samples, start) : extractor.extract(samples))
  }

  return {
    push: (samples) => {
      if (finished) throw new Error('This window stream is finished: make a new one for the next recording')
      const completed: WindowFeatures[] = []
      for (let taken = 0; taken < samples.length;) {
        // Never past the end of the next window: the history then ends where the window does.
        const count = Math.min(samples.length - taken, nextStart + length - history.total())
        history.push(samples.subarray(taken, taken + count))
        frames?.advance(history)
        taken += count
        if (history.total() === nextStart + length) completed.push(completeWindow())
      }
      return completed
    },
    finish: () => {
      if (finished) throw new Error('This window stream is already finished')
      finished = true
      const total = history.total()
      const lastEnd = nextStart === 0 ? 0 : nextStart - hop + length
      if (total === lastEnd) return []
      const start = Math.max(0, total - length)
      return [at(start, extractor.extract(cutWindow(history.last(Math.min(total, length)), 0, length)))]
    },
  }
}

/** The latest samples of a stream, contiguous. */
interface History {
  push(samples: Float32Array): void
  /** Samples pushed so far. */
  total(): number
  /** The latest `count` samples; a view that the next push may overwrite. */
  last(count: number): Float32Array
}

/** Keeps at least the last `keep` samples in twice that memory, moving them to the front when it is full. */
const createHistory = (keep: number): History => {
  const buffer = new Float32Array(2 * keep)
  let filled = 0
  let total = 0
  return {
    push: (samples) => {
      // The caller pushes at most `keep` samples at a time.
      if (filled + samples.length > buffer.length) {
        buffer.copyWithin(0, filled - keep, filled)
        filled = keep
      }
      buffer.set(samples, filled)
      filled += samples.length
      total += samples.length
    },
    total: () => total,
    last: (count) => buffer.subarray(filled - count, filled),
  }
}

/** Rows of the frames inside the signal, computed as their samples arrive. */
const createFrameHistory = (spec: FeatureSpec, windowLength: number) => {
  const computer = createFrameComputer(spec)
  const { rowLength, firstSample, sampleSpan } = computer
  const framesPerWindow = 1 + Math.floor(windowLength / spec.hopLength)
  const rows = new Float64Array(2 * framesPerWindow * rowLength)
  const windowRows = new Float64Array(framesPerWindow * rowLength)
  /** Frame numbers count from the start of the signal: frame g is centred on sample g * hopLength. */
  let firstKept = 0
  let next = Math.ceil(-firstSample / spec.hopLength)

  return {
    advance: (history: History): void => {
      const total = history.total()
      for (; next * spec.hopLength + firstSample + sampleSpan <= total; next++) {
        if (next - firstKept >= 2 * framesPerWindow) {
          firstKept = next - framesPerWindow
          rows.copyWithin(0, framesPerWindow * rowLength)
        }
        const back = total - (next * spec.hopLength + firstSample)
        computer.inside(history.last(back), 0, rows, (next - firstKept) * rowLength)
      }
    },
    /** `samples` are the whole window, which starts at sample `start` and ends at the newest sample. */
    window: (samples: Float32Array, start: number): Float32Array => {
      const firstFrame = start / spec.hopLength
      for (let frame = 0; frame < framesPerWindow; frame++) {
        const frameStart = frame * spec.hopLength + firstSample
        const offset = frame * rowLength
        if (frameStart >= 0 && frameStart + sampleSpan <= windowLength) {
          const kept = (firstFrame + frame - firstKept) * rowLength
          windowRows.set(rows.subarray(kept, kept + rowLength), offset)
        } else {
          computer.atEdge(samples, 0, windowLength, frameStart, windowRows, offset)
        }
      }
      return computer.finish(windowRows, 0, framesPerWindow)
    },
  }
}
