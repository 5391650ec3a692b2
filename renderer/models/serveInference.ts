import { openSileroVad, type SileroVad } from '@spira/shared/signal/speech/sileroVad.ts'
import { createSpeechDetector, type SpeechDetector } from '@spira/shared/signal/speech/speechDetector.ts'
import type * as Runtime from 'onnxruntime-web/wasm'
import type { InferenceProvider } from './inferenceProvider.ts'
import type { InferenceReply, InferenceRequest } from './inferenceProtocol.ts'
import { openNetwork, type Network } from './network.ts'

/** More threads than this were measured to bring little for networks of this size. */
const MAX_THREADS = 4

/** Answers the requests that come to this worker, by the build of the runtime that it was given. */
export function serveInference(ort: typeof Runtime, provider: InferenceProvider): void {
  ort.env.logLevel = 'error'
  let network: Network | null = null
  let vad: SileroVad | null = null
  let speech: SpeechDetector | null = null

  async function answer(request: InferenceRequest): Promise<InferenceReply> {
    const { number } = request
    switch (request.type) {
      case 'load': {
        const threads =
          provider === 'wasm' && self.crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1
        ort.env.wasm.numThreads = threads
        network = await openNetwork(ort, request.onnx, request.form, provider)
        return { type: 'loaded', number, threads }
      }
      case 'score':
        if (network === null) throw new TypeError('No network is loaded')
        return { type: 'scored', number, logits: await network.score(request.features, request.windows) }
      case 'load-vad':
        // A network this small is slower on several threads.
        ort.env.wasm.numThreads = 1
        vad = await openSileroVad(ort, new Uint8Array(request.onnx), 'wasm')
        return { type: 'vad-loaded', number }
      case 'begin-speech':
        if (vad === null) throw new TypeError('No speech detector is loaded')
        speech = createSpeechDetector(vad)
        return { type: 'speech-begun', number }
      case 'hear':
        if (speech === null) throw new TypeError('No recording has begun')
        return { type: 'heard', number, reading: await speech.push(request.samples) }
      case 'segments':
        if (speech === null) throw new TypeError('No recording has begun')
        return { type: 'segmented', number, segments: speech.segments() }
    }
  }

  async function respond(request: InferenceRequest, before: Promise<void>): Promise<void> {
    // One after the other: the speech detector's state is of the frame before.
    await before
    try {
      self.postMessage(await answer(request))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      self.postMessage({ type: 'failed', number: request.number, message } satisfies InferenceReply)
    }
  }

  let latest: Promise<void> = Promise.resolve()
  self.addEventListener('message', ({ data }: MessageEvent<InferenceRequest>) => {
    latest = respond(data, latest)
  })
}
