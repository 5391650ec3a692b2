import type { InferenceReply, InferenceRequest } from './inferenceProtocol.ts'
import type { InferenceProvider } from './inferenceProvider.ts'
import { ModelError } from './modelError.ts'

type WithoutNumber<T> = T extends unknown ? Omit<T, 'number'> : never
export type Question = WithoutNumber<InferenceRequest>

interface Waiting {
  readonly resolve: (reply: InferenceReply) => void
  readonly reject: (error: ModelError) => void
  readonly timer: ReturnType<typeof setTimeout>
}

/** A new inference worker, asked and answered. */
export interface InferenceWorker {
  /**
   * @returns the reply of that type.
   * @throws ModelError `runtime_failed`, `runtime_timeout`. After either the worker is of no more use: dispose of it.
   */
  ask<Type extends InferenceReply['type']>(
    question: Question,
    type: Type,
    timeoutMs: number,
    transfer?: Transferable[],
  ): Promise<Extract<InferenceReply, { type: Type }>>
  /** Ends it. What is still waiting fails with `runtime_failed`. */
  dispose(): void
}

export function startInferenceWorker(provider: InferenceProvider = 'wasm'): InferenceWorker {
  // The bundler finds the files by these very expressions.
  const worker =
    provider === 'wasm'
      ? new Worker(new URL('./inference.worker.ts', import.meta.url), { type: 'module', name: 'inference' })
      : new Worker(new URL('./inferenceWebgpu.worker.ts', import.meta.url), { type: 'module', name: 'inference' })
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

  function send(question: Question, timeoutMs: number, transfer: Transferable[]): Promise<InferenceReply> {
    if (ended !== null) return Promise.reject(ended)
    requests += 1
    const number = requests
    return new Promise((resolve, reject) => {
      // A worker that does not answer computes for ever: there is no other way to stop it.
      const timer = setTimeout(() => end(new ModelError('runtime_timeout')), timeoutMs)
      waiting.set(number, { resolve, reject, timer })
      worker.postMessage({ ...question, number }, transfer)
    })
  }

  return {
    async ask(question, type, timeoutMs, transfer = []) {
      const reply = await send(question, timeoutMs, transfer)
      if (isOf(reply, type)) return reply
      throw new ModelError('runtime_failed', reply.type === 'failed' ? reply.message : reply.type)
    },
    dispose: () => end(new ModelError('runtime_failed', 'ended')),
  }
}

const isOf = <Type extends InferenceReply['type']>(
  reply: InferenceReply,
  type: Type,
): reply is Extract<InferenceReply, { type: Type }> => reply.type === type
