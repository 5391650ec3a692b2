import { ModelError } from './modelError.ts'
import type { InferenceReply, InferenceRequest } from './inferenceProtocol.ts'
import type { NetworkForm } from './network.ts'

/** One network in a place of its own, where a crash or a hang harms nothing else. */
export interface Inference {
  /** @throws ModelError `runtime_failed`, `runtime_timeout`. After either it is of no more use: dispose of it. */
  load(onnx: ArrayBuffer, form: NetworkForm): Promise<{ readonly threads: number }>
  /** @param features [windows][frames][bins], not changed. @throws as `load`. */
  score(features: Float32Array, windows: number): Promise<Float32Array>
  /** Ends it. What is still waiting fails with `runtime_failed`. */
  dispose(): void
}

export interface InferenceTimeouts {
  readonly loadMs: number
  readonly scoreMs: number
  readonly scorePerWindowMs: number
}

/** Past these a hang is taken for certain; a slow ward PC stays far below. */
export const INFERENCE_TIMEOUTS: InferenceTimeouts = { loadMs: 60_000, scoreMs: 15_000, scorePerWindowMs: 2_000 }

type WithoutNumber<T> = T extends unknown ? Omit<T, 'number'> : never

interface Waiting {
  readonly resolve: (reply: InferenceReply) => void
  readonly reject: (error: ModelError) => void
  readonly timer: ReturnType<typeof setTimeout>
}

/** The typed client of a new inference worker. */
export function createInference(timeouts: InferenceTimeouts = INFERENCE_TIMEOUTS): Inference {
  const worker = new Worker(new URL('./inference.worker.ts', import.meta.url), { type: 'module', name: 'inference' })
  const waiting = new Map<number, Waiting>()
  let requests = 0
  let ended: ModelError | null = null

  function end(error: ModelError): void {
    if (ended !== null) return
    ended = error
    worker.terminate()
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    waiting.clear()
  }

  worker.addEventListener('message', ({ data }: MessageEvent<InferenceReply>) => {
    const request = waiting.get(data.number)
    if (request === undefined) return
    waiting.delete(data.number)
    clearTimeout(request.timer)
    request.resolve(data)
  })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    end(new ModelError('runtime_failed', event.message))
  })

  function ask(
    request: WithoutNumber<InferenceRequest>,
    timeoutMs: number,
    transfer: Transferable[],
  ): Promise<InferenceReply> {
    if (ended !== null) return Promise.reject(ended)
    requests += 1
    const number = requests
    return new Promise((resolve, reject) => {
      // A worker that does not answer computes for ever: there is no other way to stop it.
      const timer = setTimeout(() => end(new ModelError('runtime_timeout')), timeoutMs)
      waiting.set(number, { resolve, reject, timer })
      worker.postMessage({ ...request, number }, transfer)
    })
  }

  return {
    async load(onnx, form) {
      const { input, output } = form
      // Copied, not transferred: the caller keeps the file to start again from.
      const reply = await ask({ type: 'load', onnx, form: { input, output } }, timeouts.loadMs, [])
      if (reply.type !== 'loaded') throw failureOf(reply)
      return { threads: reply.threads }
    },
    async score(features, windows) {
      const own = features.slice()
      const timeoutMs = timeouts.scoreMs + windows * timeouts.scorePerWindowMs
      const reply = await ask({ type: 'score', features: own, windows }, timeoutMs, [own.buffer])
      if (reply.type !== 'scored') throw failureOf(reply)
      return reply.logits
    },
    dispose: () => end(new ModelError('runtime_failed', 'ended')),
  }
}

const failureOf = (reply: InferenceReply): ModelError =>
  new ModelError('runtime_failed', reply.type === 'failed' ? reply.message : reply.type)
