import * as web from 'onnxruntime-web'
import type { Golden } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type SelfTestResult, type TestedModel } from '@spira/shared/model/selfTest.ts'

/**
 * The self-test of a device, in the bedside's own runtime: onnxruntime-web's WebAssembly, here inside Node, on one thread.
 *
 * @returns what failed as `problem`, also when the runtime cannot run the file at all.
 */
export async function selfTestInEdgeRuntime(
  onnx: Uint8Array,
  manifest: TestedModel,
  golden: Golden,
): Promise<Pick<SelfTestResult, 'problem'>> {
  web.env.wasm.numThreads = 1
  let session: web.InferenceSession | null = null
  try {
    const opened = await web.InferenceSession.create(onnx, { executionProviders: ['wasm'] })
    session = opened
    const { input, output } = manifest
    return await runSelfTest(manifest, golden, async (features, windows) => {
      const tensor = new web.Tensor('float32', features, [windows, input.frames, input.bins])
      const data = (await opened.run({ [input.name]: tensor }))[output.name]?.data
      if (!(data instanceof Float32Array)) throw new TypeError(`the network has no float32 output "${output.name}"`)
      return data
    })
  } catch (error) {
    return {
      problem: `the bedside's runtime does not run it: ${error instanceof Error ? error.message : String(error)}`,
    }
  } finally {
    await session?.release()
  }
}

/** Median milliseconds of one window in the bedside's runtime on one thread, after one that is not counted. */
export async function windowMsInEdgeRuntime(
  onnx: Uint8Array,
  { input }: Pick<TestedModel, 'input'>,
  windows: number,
): Promise<number> {
  web.env.wasm.numThreads = 1
  const session = await web.InferenceSession.create(onnx, { executionProviders: ['wasm'] })
  try {
    const times: number[] = []
    for (let at = 0; at <= windows; at += 1) {
      const tensor = new web.Tensor('float32', new Float32Array(input.frames * input.bins), [
        1,
        input.frames,
        input.bins,
      ])
      const began = performance.now()
      await session.run({ [input.name]: tensor })
      if (at > 0) times.push(performance.now() - began)
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
  } finally {
    await session.release()
  }
}
