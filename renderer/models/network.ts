import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type { ModelManifest } from '@spira/shared/model/manifest.ts'
import type { InferenceProvider } from './inferenceProvider.ts'

/** What of a manifest is needed to run its network. */
export type NetworkForm = Pick<ModelManifest, 'input' | 'output'>

/** The runtime, as onnxruntime-web exports it. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(onnx: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor
}

export interface Network {
  /** @param features [windows][frames][bins]. @returns one logit a window. */
  score(features: Float32Array, windows: number): Promise<Float32Array>
  release(): Promise<void>
}

/** Opens a network. Takes about a second: do it at idle. @throws when it is no network of this form. */
export async function openNetwork(
  runtime: OnnxRuntime,
  onnx: ArrayBuffer,
  { input, output }: NetworkForm,
  provider: InferenceProvider,
): Promise<Network> {
  const session = await runtime.InferenceSession.create(new Uint8Array(onnx), { executionProviders: [provider] })
  if (!session.inputNames.includes(input.name) || !session.outputNames.includes(output.name)) {
    await session.release()
    throw new TypeError(`The network has no input "${input.name}" or no output "${output.name}"`)
  }
  return {
    async score(features, windows) {
      const results = await session.run({
        [input.name]: new runtime.Tensor('float32', features, [windows, input.frames, input.bins]),
      })
      const data = results[output.name]?.data
      if (!(data instanceof Float32Array) || data.length !== windows)
        throw new TypeError('The network gave no logit a window')
      return data
    },
    release: () => session.release(),
  }
}
