import type { SpeechSegments } from '@spira/shared/signal/speech/segments.ts'

/** What the worker tells of a recording. */
export interface SoundAnalysis {
  readonly sampleRateHz: number
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array<ArrayBuffer>
  readonly durationSeconds: number
  /** [columns][bands], a column every 10 ms (shared/signal/spectrogramColumns.ts). */
  readonly columns: Uint8Array<ArrayBuffer>
  readonly segments: SpeechSegments
  readonly pitch: { readonly firstTime: number; readonly timeStep: number; readonly f0Hz: Float64Array<ArrayBuffer> }
}

export type AnalysisReply = { readonly analysis: SoundAnalysis } | { readonly failed: string }

/** Fetches a recording and analyses it in a worker of its own. Ends both when the signal aborts. */
export async function analyseSound(url: string, signal: AbortSignal): Promise<SoundAnalysis> {
  const reply = await fetch(url, { signal })
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`)
  const bytes = await reply.arrayBuffer()
  signal.throwIfAborted()
  const worker = new Worker(new URL('./soundAnalysis.worker.ts', import.meta.url), { type: 'module', name: 'sound' })
  try {
    return await new Promise<SoundAnalysis>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')), { once: true })
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.onmessage = ({ data }: MessageEvent<AnalysisReply>) => {
        if ('analysis' in data) resolve(data.analysis)
        else reject(new Error(data.failed))
      }
      worker.postMessage(bytes, [bytes])
    })
  } finally {
    worker.terminate()
  }
}
