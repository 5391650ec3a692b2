/**
 * Silero VAD v5 (Silero Team, https://github.com/snakers4/silero-vad, MIT), as it comes in the npm package @ricky0123/vad-web.
 * It knows running speech. Of a vowel that is held it hears the first second only: for that task ask the level (activity.ts).
 */
export const SILERO_VAD = {
  name: 'Silero VAD v5',
  sha256: '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f',
  sampleRateHz: 16_000,
  frameSamples: 512,
  frameMs: 32,
  /** The end of the frame before, which is fed with each frame. */
  contextSamples: 64,
  stateShape: [2, 1, 128],
} as const

const STATE_SIZE = SILERO_VAD.stateShape[0] * SILERO_VAD.stateShape[1] * SILERO_VAD.stateShape[2]

interface OnnxTensor {
  readonly data: unknown
}
interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>
  release(): Promise<void>
}
/** What is needed of onnxruntime-node and onnxruntime-web alike. */
export interface VadRuntime {
  readonly InferenceSession: {
    create(
      onnx: Uint8Array,
      options: { readonly intraOpNumThreads: number; readonly executionProviders: readonly string[] },
    ): Promise<OnnxSession>
  }
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OnnxTensor
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OnnxTensor
  }
}

/** The network with its state: one recording at a time. */
export interface SileroVad {
  /**
   * @param samples 16 kHz mono in [-1, 1], pieces of any size.
   * @returns the probability of speech in each frame of 32 ms that they complete.
   */
  push(samples: Float32Array): Promise<number[]>
  /** Another recording begins. */
  reset(): void
  release(): Promise<void>
}

/** @param provider 'cpu' for Node, 'wasm' in a browser; never WebGPU, which was measured to give wrong numbers. */
export async function openSileroVad(
  runtime: VadRuntime,
  onnx: Uint8Array,
  provider: 'cpu' | 'wasm',
): Promise<SileroVad> {
  const { frameSamples, contextSamples, sampleRateHz, stateShape } = SILERO_VAD
  const session = await runtime.InferenceSession.create(onnx, { intraOpNumThreads: 1, executionProviders: [provider] })
  const rate = new runtime.Tensor('int64', BigInt64Array.of(BigInt(sampleRateHz)), [1])
  const size = contextSamples + frameSamples
  const input = new Float32Array(size)
  let state = new Float32Array(STATE_SIZE)
  let filled = contextSamples

  async function probability(): Promise<number> {
    const { output, stateN } = await session.run({
      input: new runtime.Tensor('float32', input, [1, size]),
      state: new runtime.Tensor('float32', state, stateShape),
      sr: rate,
    })
    if (!(output?.data instanceof Float32Array) || !(stateN?.data instanceof Float32Array))
      throw new TypeError('The speech detector gave no probability.')
    state = Float32Array.from(stateN.data)
    return output.data[0]
  }

  return {
    async push(samples) {
      const probabilities: number[] = []
      for (let at = 0; at < samples.length;) {
        const part = samples.subarray(at, at + size - filled)
        input.set(part, filled)
        filled += part.length
        at += part.length
        if (filled < size) break
        probabilities.push(await probability())
        input.copyWithin(0, frameSamples)
        filled = contextSamples
      }
      return probabilities
    },
    reset() {
      input.fill(0)
      state = new Float32Array(STATE_SIZE)
      filled = contextSamples
    },
    release: () => session.release(),
  }
}
