import type { SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'

export interface AnalysisRequest {
  /** 16 kHz mono in [-1, 1]. */
  readonly samples: Float32Array
  /** What the speech detector found; null where it did not run. */
  readonly segments: SpeechSegments | null
}

/** What can be seen and measured of a take, computed when somebody looks at it. */
export interface TakeAnalysis {
  /** Spectrogram, [columns][bands], one column per 10 ms (see SPECTROGRAM). */
  readonly columns: Uint8Array<ArrayBuffer>
  readonly segments: SpeechSegments
  readonly speechBy: 'detector' | 'level'
  readonly descriptors: SpeechDescriptors
}

/** Runs in a worker of its own, about 50 ms a second of speech. @throws Error when the worker cannot run. */
export function analyseTake(request: AnalysisRequest): Promise<TakeAnalysis> {
  const worker = new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' })
  return new Promise<TakeAnalysis>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<TakeAnalysis>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'The analysis worker could not be started'))
    worker.postMessage(request)
  }).finally(() => worker.terminate())
}
