import { goldenWindows, runSelfTest } from '@spira/shared/model/selfTest.ts'
import type { Inference as AssessorInference } from '../assessment/inference.ts'
import type { Inference } from './inference.ts'
import { ModelError } from './modelError.ts'
import type { ModelFiles } from './modelFiles.ts'
import { tryProviders, type ProviderTrial } from './inferenceProvider.ts'

export type InferenceFactory = () => Inference
/** Starts an inference on the graphics processor; null where there is none. */
export type WebgpuFactory = () => Promise<Inference | null>

/** A model with its network loaded; loaded again by itself after a crash, a hang or a rest. */
export interface RunningModel {
  readonly files: ModelFiles
  /** Loads the network when it is not. @throws ModelError `runtime_failed`, `runtime_timeout`. */
  ready(): Promise<AssessorInference>
  /** Promise 4, on this machine. @throws ModelError `self_test_failed`, `runtime_failed`, `runtime_timeout`. */
  selfTest(): Promise<void>
  /**
   * Beside the running network, after its self-test: tries it on the graphics processor and changes over when that is right and
   * faster here. Never throws.
   */
  tryWebgpu(): Promise<ProviderTrial>
  /** Another model took its place: it rests when idle. A take that began with it still ends with it. */
  retire(): void
  dispose(): void
}

/** Long enough for the pauses between the windows of a running take. */
const REST_AFTER_MS = 60_000

export function runModel(
  files: ModelFiles,
  factory: InferenceFactory,
  webgpuFactory: WebgpuFactory = async () => null,
): RunningModel {
  const { manifest, onnx } = files
  let loaded: { readonly inference: Inference; readonly threads: Promise<number> } | null = null
  let webgpu: Inference | null = null
  let retired = false
  let resting: ReturnType<typeof setTimeout> | undefined

  function rest(): void {
    clearTimeout(resting)
    loaded?.inference.dispose()
    loaded = null
    leaveWebgpu()
  }

  function leaveWebgpu(): void {
    webgpu?.dispose()
    webgpu = null
  }

  /** Runs `work` on the loaded network; after a failure the next call starts with a fresh one. */
  async function on<T>(work: (inference: Inference, threads: number) => Promise<T>): Promise<T> {
    clearTimeout(resting)
    if (loaded === null) {
      const inference = factory()
      loaded = { inference, threads: inference.load(onnx, manifest).then(({ threads }) => threads) }
    }
    const current = loaded
    try {
      return await work(current.inference, await current.threads)
    } catch (error) {
      if (loaded === current) rest()
      if (error instanceof ModelError) throw error
      throw new ModelError('runtime_failed', error instanceof Error ? error.message : String(error), { cause: error })
    } finally {
      if (retired) resting = setTimeout(rest, REST_AFTER_MS)
    }
  }

  const onWasm = (features: Float32Array, windows: number): Promise<Float32Array> =>
    on((inference) => inference.score(features, windows))

  async function score(features: Float32Array, windows: number): Promise<Float32Array> {
    if (webgpu !== null) {
      try {
        return await webgpu.score(features, windows)
      } catch {
        // A graphics driver that is reset or updated under the app: WASM is still there.
        leaveWebgpu()
      }
    }
    return onWasm(features, windows)
  }

  async function tryWebgpu(): Promise<ProviderTrial> {
    const candidate = await webgpuFactory()
    const load = async () => {
      await candidate?.load(onnx, manifest)
      return (features: Float32Array, windows: number) =>
        candidate === null ? onWasm(features, windows) : candidate.score(features, windows)
    }
    const trial = await tryProviders(onWasm, candidate === null ? null : load, () =>
      goldenWindows(manifest, files.golden),
    )
    if (trial.provider === 'webgpu' && loaded !== null && !retired) webgpu = candidate
    else candidate?.dispose()
    return trial
  }

  return {
    files,
    ready: () =>
      on(async (_, threads) => ({
        manifest,
        runtime: webgpu === null ? { provider: 'wasm', threads } : { provider: 'webgpu', threads: 1 },
        score,
      })),
    tryWebgpu,
    selfTest: () =>
      on(async (inference) => {
        const { problem } = await runSelfTest(manifest, files.golden, (features, windows) =>
          inference.score(features, windows),
        )
        if (problem !== null) throw new ModelError('self_test_failed', problem)
      }),
    retire() {
      retired = true
      clearTimeout(resting)
      resting = setTimeout(rest, REST_AFTER_MS)
    },
    dispose: rest,
  }
}
