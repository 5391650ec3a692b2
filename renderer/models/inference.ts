import { startInferenceWorker, type InferenceWorker } from './inferenceWorker.ts'
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

/** WebGPU is tried beside a network that runs already: nobody waits for it, and it may not hold a graphics processor for long. */
const TRIAL_TIMEOUTS: InferenceTimeouts = { loadMs: 20_000, scoreMs: 5_000, scorePerWindowMs: 1_000 }

/** The typed client of a new inference worker. */
export const createInference = (timeouts: InferenceTimeouts = INFERENCE_TIMEOUTS): Inference =>
  clientOf(startInferenceWorker(), timeouts)

/** The same on the graphics processor, which has to pass `tryProviders` first. */
export const createWebgpuInference = (timeouts: InferenceTimeouts = TRIAL_TIMEOUTS): Inference =>
  clientOf(startInferenceWorker('webgpu'), timeouts)

function clientOf(worker: InferenceWorker, timeouts: InferenceTimeouts): Inference {
  return {
    async load(onnx, { input, output }) {
      // Copied, not transferred: the caller keeps the file to start again from.
      const question = { type: 'load', onnx, form: { input, output } } as const
      const { threads } = await worker.ask(question, 'loaded', timeouts.loadMs)
      return { threads }
    },
    async score(features, windows) {
      const own = features.slice()
      const timeoutMs = timeouts.scoreMs + windows * timeouts.scorePerWindowMs
      const question = { type: 'score', features: own, windows } as const
      const { logits } = await worker.ask(question, 'scored', timeoutMs, [own.buffer])
      return logits
    },
    dispose: worker.dispose,
  }
}
