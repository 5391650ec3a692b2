import * as ort from 'onnxruntime-web/wasm'
import type { InferenceReply, InferenceRequest } from './inferenceProtocol.ts'
import { openNetwork, type Network } from './network.ts'

/** More threads than this were measured to bring little for networks of this size. */
const MAX_THREADS = 4

// onnxruntime starts its threads from this very file, under this name: a handler set there would take the thread's own
// messages, and making a session would hang for ever (onnxruntime-web 1.30.0).
if (!self.name.startsWith('em-pthread')) serve()

function serve(): void {
  const threads = self.crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1
  ort.env.wasm.numThreads = threads
  ort.env.logLevel = 'error'
  let network: Network | null = null

  async function answer(request: InferenceRequest): Promise<InferenceReply> {
    const { number } = request
    if (request.type === 'load') {
      network = await openNetwork(ort, request.onnx, request.form)
      return { type: 'loaded', number, threads }
    }
    if (network === null) throw new TypeError('No network is loaded')
    return { type: 'scored', number, logits: await network.score(request.features, request.windows) }
  }

  self.addEventListener('message', ({ data }: MessageEvent<InferenceRequest>) => {
    answer(data).then(
      (reply) => self.postMessage(reply),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        self.postMessage({ type: 'failed', number: data.number, message } satisfies InferenceReply)
      },
    )
  })
}
